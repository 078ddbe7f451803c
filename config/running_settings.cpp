#include "config/running_settings.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "config/toml_document.hpp"

namespace glisson::config {
namespace {

constexpr std::array<std::string_view, 6> start_settings{
    "host.data", "host.user", "receive.port", "receive.bind_address", "tls.port", "database.url"};

Settings with_start_settings_of(const Settings& running, Settings wanted) {
  wanted.data = running.data;
  wanted.user = running.user;
  wanted.port = running.port;
  wanted.bind_address = running.bind_address;
  wanted.tls_port = running.tls_port;
  wanted.database_url = running.database_url;
  return wanted;
}

/// As describe_settings(), with nothing masked.
std::vector<SettingDescription> plain_settings(const Settings& settings) {
  auto all = describe_settings(settings);
  std::ranges::find(all, "database.url", &SettingDescription::key)->value =
      quoted_toml(settings.database_url);
  return all;
}

}  // namespace

std::string settings_text(const Settings& settings) {
  std::string text;
  std::string section;
  for (const auto& setting : plain_settings(settings)) {
    const std::size_t dot = setting.key.find('.');
    if (setting.key.substr(0, dot) != section) {
      section = setting.key.substr(0, dot);
      text += "[" + section + "]\n";
    }
    text += setting.key.substr(dot + 1) + " = " + setting.value + "\n";
  }
  return text;
}

std::vector<std::string> differing_settings(const Settings& first, const Settings& second) {
  const auto one = plain_settings(first);
  const auto other = plain_settings(second);
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (one[i].value != other[i].value) keys.push_back(one[i].key);
  }
  return keys;
}

bool needs_restart(const std::string& key) {
  return std::ranges::find(start_settings, key) != start_settings.end();
}

ReloadedSettings reload_settings(const Settings& running, const Settings& wanted) {
  ReloadedSettings reloaded;
  reloaded.settings = parse_settings(settings_text(with_start_settings_of(running, wanted)),
                                     "settings with those that need a restart");
  reloaded.changed = differing_settings(running, reloaded.settings);
  std::ranges::copy_if(differing_settings(running, wanted), std::back_inserter(reloaded.waiting),
                       needs_restart);
  return reloaded;
}

}  // namespace glisson::config
