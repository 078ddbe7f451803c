#include "config/application_entities.hpp"

#include <algorithm>
#include <regex>

namespace glisson::config {
namespace {

constexpr std::int64_t longest_settle_time = 86400;
constexpr std::size_t most_entities = 64;

ApplicationEntity read_entity(const ApplicationEntity& first, const TomlValue& value,
                              const TomlSource& source) {
  const TomlValue::Table& table = source.table(value, "receive.application_entities");
  source.refuse_unknown_keys(table,
                             {"title", "any_called_title", "open_echo", "peers", "settle_time", "protocol"},
                             "of an application entity");
  ApplicationEntity entity = first;
  entity.title.clear();
  entity.any_called_title = false;
  for (const auto& [key, content] : table) {
    const auto refuse = [&, line = content.line, name = key](const char* expected) {
      source.refuse(line, name + " must be " + expected);
    };
    if (key == "title") {
      entity.title = source.text(content, key);
      if (!is_ae_title(entity.title)) refuse("an AE title (PS3.5, up to 16 characters)");
    } else if (key == "any_called_title") {
      entity.any_called_title = source.boolean(content, key);
    } else if (key == "open_echo") {
      entity.open_echo = source.boolean(content, key);
    } else if (key == "peers") {
      entity.peers.clear();
      for (const TomlValue& peer : source.array(content, key)) {
        entity.peers.push_back(source.text(peer, key));
      }
    } else if (key == "settle_time") {
      const std::int64_t seconds = source.integer(content, key);
      if (seconds < 0 || seconds > longest_settle_time) refuse("0 to 86400 s");
      entity.settle_time = std::chrono::seconds(seconds);
    } else {
      entity.protocol = source.text(content, key);
      if (!is_protocol_name(entity.protocol)) refuse("the name of an extraction protocol");
    }
  }
  if (entity.title.empty()) source.refuse(value.line, "an application entity needs a title");
  return entity;
}

std::string show(bool value) { return value ? "true" : "false"; }

}  // namespace

bool is_ae_title(const std::string& title) {
  const auto allowed = [](char c) { return c >= ' ' && c <= '~' && c != '\\'; };
  return !title.empty() && title.size() <= 16 && std::ranges::all_of(title, allowed) &&
         title.find_first_not_of(' ') != std::string::npos;
}

bool is_protocol_name(const std::string& name) {
  static const std::regex form("[a-z0-9][a-z0-9._-]{0,63}");
  return std::regex_match(name, form);
}

std::vector<ApplicationEntity> read_application_entities(const ApplicationEntity& first,
                                                         const TomlValue& value, const TomlSource& source) {
  std::vector<ApplicationEntity> entities;
  bool any_called_title = first.any_called_title;
  for (const TomlValue& table : source.array(value, "receive.application_entities")) {
    ApplicationEntity entity = read_entity(first, table, source);
    const auto same = [&](const ApplicationEntity& other) { return other.title == entity.title; };
    if (same(first) || std::ranges::any_of(entities, same)) {
      source.refuse(table.line, "two application entities have the title " + entity.title);
    }
    if (entity.any_called_title && any_called_title) {
      source.refuse(table.line, "only one application entity can stand for any called title");
    }
    any_called_title = any_called_title || entity.any_called_title;
    entities.push_back(std::move(entity));
    if (entities.size() > most_entities) source.refuse(table.line, "too many application entities");
  }
  return entities;
}

std::string show_application_entities(const std::vector<ApplicationEntity>& entities) {
  std::string list;
  for (const ApplicationEntity& entity : entities) {
    std::string peers;
    for (const std::string& peer : entity.peers) peers += (peers.empty() ? "" : ", ") + quoted_toml(peer);
    list += list.empty() ? "" : ", ";
    list += "{title = " + quoted_toml(entity.title) +
            ", any_called_title = " + show(entity.any_called_title) +
            ", open_echo = " + show(entity.open_echo) + ", peers = [" + peers +
            "], settle_time = " + std::to_string(entity.settle_time.count()) +
            ", protocol = " + quoted_toml(entity.protocol) + "}";
  }
  return "[" + list + "]";
}

}  // namespace glisson::config
