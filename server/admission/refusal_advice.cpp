#include "server/admission/refusal_advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace glisson::server {
namespace {

using Refusal = storage::AssociationRefusal;

/// Optimal string alignment distance; case counts as nothing.
std::size_t distance(const std::string& a, const std::string& b) {
  const auto same = [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  };
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t other = same(a[i - 1], b[j - 1]) ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + other});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

/// A name for a peer: its title in small letters, what is no letter or digit as a hyphen; one that is free.
std::string name_for(const std::string& title, const std::vector<storage::Peer>& peers) {
  std::string name;
  for (const char c : title) {
    const auto byte = static_cast<unsigned char>(c);
    name += std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte)) : '-';
  }
  const auto taken = [&](const std::string& candidate) {
    return std::ranges::any_of(peers, [&](const auto& peer) { return peer.name == candidate; });
  };
  if (name.front() == '-') name.insert(0, "peer");
  std::string free = name;
  for (int i = 2; taken(free); ++i) free = fmt::format("{}-{}", name, i);
  return free;
}

const storage::Peer* peer_of(const std::string& title, const std::vector<storage::Peer>& peers) {
  const auto found =
      std::ranges::find_if(peers, [&](const auto& peer) { return peer.ae_title.value() == title; });
  return found == peers.end() ? nullptr : &*found;
}

std::string rights_with(const storage::Peer& peer, Refusal missing) {
  std::vector<std::string> may;
  if (peer.may_store || missing == Refusal::store_not_permitted) may.emplace_back("store");
  if (peer.may_query) may.emplace_back("query");
  if (peer.may_echo || missing == Refusal::echo_not_permitted) may.emplace_back("echo");
  return fmt::format("{}", fmt::join(may, ","));
}

/// The command that makes a peer of whoever called.
std::string add_command(const storage::RefusedAttempt& attempt, const std::vector<storage::Peer>& peers) {
  return fmt::format("glisson peer add {} {} {} 104 --may store,echo --from {}",
                     name_for(attempt.calling, peers), shell_word(attempt.calling), attempt.address,
                     attempt.address);
}

/// A further title of this node, which has everything else from the first.
std::string further_title(const std::string& title) {
  std::string quoted;
  for (const char c : title) quoted += c == '"' ? "\\\"" : std::string(1, c);
  return fmt::format("application_entities = [{{title = \"{}\"}}]", quoted);
}

/// The line of the settings for these titles of this node; the first has settings of its own.
std::string titles_setting(const std::vector<config::ApplicationEntity>& entities) {
  config::Settings settings;
  settings.further_entities.assign(entities.begin() + 1, entities.end());
  const auto all = config::describe_settings(settings);
  const auto found = std::ranges::find(all, "receive.application_entities", &config::SettingDescription::key);
  return "application_entities = " + found->value;
}

void advise_on_calling_title(RefusalAdvice& advice, const storage::RefusedAttempt& attempt,
                             const std::vector<storage::Peer>& peers) {
  advice.meaning = "no peer has this calling title";
  advice.command = add_command(attempt, peers);
  advice.by_dialog = true;
  std::vector<std::string> titles;
  titles.reserve(peers.size());
  for (const auto& peer : peers) titles.push_back(peer.ae_title.value());
  advice.near_miss = nearest_title(attempt.calling, titles);
  if (const storage::Peer* near = peer_of(advice.near_miss, peers)) {
    advice.otherwise =
        fmt::format("if it is the peer '{}', let it call itself {}, or: glisson peer change {} --ae-title {}",
                    near->name, advice.near_miss, shell_word(near->name), shell_word(attempt.calling));
  }
}

void advise_on_called_title(RefusalAdvice& advice, const storage::RefusedAttempt& attempt,
                            const std::vector<config::ApplicationEntity>& entities) {
  std::vector<std::string> titles;
  titles.reserve(entities.size());
  for (const auto& entity : entities) titles.push_back(entity.title);
  advice.near_miss = nearest_title(attempt.called, titles);
  advice.meaning = "this node does not have the called title";
  advice.otherwise =
      fmt::format("let it call {}", advice.near_miss.empty() ? titles.front() : advice.near_miss);
  if (attempt.called.empty()) return;
  advice.setting = further_title(attempt.called);
  if (entities.size() == 1) return;
  auto with_this_one = entities;
  with_this_one.push_back(entities.front());
  with_this_one.back().title = attempt.called;
  with_this_one.back().any_called_title = false;
  advice.setting = titles_setting(with_this_one);
}

/// The peer may not call this title of the node.
void advise_on_title_of_others(RefusalAdvice& advice, const storage::RefusedAttempt& attempt,
                               const storage::Peer& peer, std::vector<config::ApplicationEntity> entities) {
  advice.meaning = fmt::format("the title that it called is not for the peer '{}'", peer.name);
  advice.otherwise = "let it call another title of this node";
  const auto found = std::ranges::find(entities, attempt.called, &config::ApplicationEntity::title);
  if (found == entities.end() || found->peers.empty()) return;
  found->peers.push_back(peer.name);
  advice.setting = titles_setting(entities);
}

/// For a peer that is known.
void advise_on_peer(RefusalAdvice& advice, const storage::RefusedAttempt& attempt, const storage::Peer& peer,
                    const std::vector<config::ApplicationEntity>& entities) {
  const std::string change = "glisson peer change " + shell_word(peer.name);
  switch (attempt.reason) {
    case Refusal::address_not_allowed: {
      std::vector<std::string> networks;
      for (const auto& network : peer.networks) networks.push_back(network.text());
      advice.meaning = fmt::format("the peer '{}' may not call from this address", peer.name);
      networks.push_back(attempt.address);
      advice.command = fmt::format("{} --from {}", change, fmt::join(networks, ","));
      advice.by_dialog = true;
      return;
    }
    case Refusal::store_not_permitted:
    case Refusal::echo_not_permitted:
      advice.meaning = fmt::format("the peer '{}' may not {}", peer.name,
                                   attempt.reason == Refusal::store_not_permitted ? "store" : "echo");
      advice.command = fmt::format("{} --may {}", change, rights_with(peer, attempt.reason));
      advice.by_dialog = true;
      return;
    case Refusal::certificate_missing:
      advice.meaning = fmt::format("the peer '{}' is bound to a certificate and showed none", peer.name);
      advice.command = change + " --certificate none";
      advice.otherwise = "safer: let it call the TLS port, with its certificate";
      return;
    case Refusal::certificate_not_bound:
      advice.meaning = fmt::format("the peer '{}' is bound to another certificate", peer.name);
      advice.command = change + " --certificate FILE";
      advice.otherwise =
          "do so only for a FILE that the peer's administrator gave you as its new certificate; the log has "
          "the "
          "fingerprint of the one that it showed";
      return;
    default:
      advise_on_title_of_others(advice, attempt, peer, entities);
  }
}

}  // namespace

std::string nearest_title(const std::string& title, const std::vector<std::string>& known) {
  constexpr std::size_t most_changes = 2;
  std::string nearest;
  std::size_t least = most_changes + 1;
  for (const std::string& candidate : known) {
    const std::size_t changes = distance(title, candidate);
    const bool near = 2 * changes < std::min(title.size(), candidate.size());
    if (candidate == title || !near || changes >= least) continue;
    least = changes;
    nearest = candidate;
  }
  return nearest;
}

std::string shell_word(std::string_view text) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-_./:,@+").find(c) != std::string_view::npos;
  };
  if (!text.empty() && text.front() != '-' && std::ranges::all_of(text, plain)) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

RefusalAdvice advise(const storage::RefusedAttempt& attempt, const std::vector<storage::Peer>& peers,
                     const std::vector<config::ApplicationEntity>& entities) {
  RefusalAdvice advice;
  const storage::Peer* const peer = peer_of(attempt.calling, peers);
  if (attempt.reason == Refusal::malformed_request) {
    advice.meaning = "an AE title is malformed, or the application context is not DICOM's";
    advice.otherwise = "mend the titles at the sender: 1 to 16 printable ASCII characters, no backslash";
  } else if (attempt.calling.empty()) {
    advice.meaning = "many titles were tried from there, counted together";
    const std::string from = attempt.address.empty() ? "ADDRESS" : attempt.address;
    advice.command =
        fmt::format("glisson peer add NAME AE-TITLE {} 104 --may store,echo --from {}", from, from);
    advice.otherwise = "do so only for the AE-TITLE of a system that you know there";
  } else if (attempt.reason == Refusal::called_title_unknown) {
    advise_on_called_title(advice, attempt, entities);
  } else if (attempt.reason == Refusal::calling_title_unknown) {
    advise_on_calling_title(advice, attempt, peers);
  } else if (peer == nullptr) {
    advice.meaning = "the peer was removed since";
    advice.command = add_command(attempt, peers);
    advice.by_dialog = true;
  } else {
    advise_on_peer(advice, attempt, *peer, entities);
  }
  return advice;
}

}  // namespace glisson::server
