#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/refused_associations.hpp"
#include "storage/results.hpp"
#include "tests/support/stored_study.hpp"
#include "tests/support/web_client.hpp"

namespace glisson::server {
namespace {

using nlohmann::json;
using storage::JobKind;
using testing::HasSubstr;
using tests::WebClient;

class WebApi : public testing::Test {
 protected:
  WebApi() { client_.set_up(); }

  tests::StoredStudy store(int images = 3) { return tests::store_study(client_.database(), images); }
  /// Runs the analysis of a study to its results.
  void analyse(const tests::StoredStudy& study, const std::string& name) {
    tests::schedule_analysis(client_.database(), study);
    ASSERT_TRUE(
        store_results(database_, tests::claim(database_, JobKind::analyse), tests::sample_result(name)));
  }
  /// Delivers the next report, so many seconds after its segmentation.
  void deliver(double seconds) {
    const storage::Job job = tests::claim(database_, JobKind::deliver);
    const auto delivery = load_delivery(database_, job);
    ASSERT_TRUE(delivery && mark_delivered(database_, job, delivery->sop_instance_uid));
    client_.database().rows("update instance set received_at = sent_at - interval '" +
                            std::to_string(seconds) +
                            " s' from delivery join job using (job_id) join analysis using (analysis_id) "
                            "where analysis.instance_id = instance.instance_id and job.job_id = " +
                            std::to_string(job.id) + " returning 1");
  }
  static json ids(const json& rows) {
    json list = json::array();
    for (const json& row : rows) list.push_back(row["id"]);
    return list;
  }

  WebClient client_;
  storage::Database database_ = client_.database().connect();
};

TEST_F(WebApi, TellsNothingOfStudiesAndPeersToWhoIsNotSignedIn) {
  client_.ok("POST", "/api/logout");
  for (const char* target : {"/api/overview", "/api/jobs", "/api/studies", "/api/studies/1.2", "/api/peers",
                             "/api/changes", "/api/models", "/api/system", "/api/accounts"}) {
    EXPECT_EQ(client_.send("GET", target).status, 401) << target;
  }
}

TEST_F(WebApi, GivesTheOverviewOfAnEmptyService) {
  const json overview = client_.get("/api/overview?hours=3");
  EXPECT_EQ(overview["received"], json({{"instances", 0}, {"studies", 0}, {"bytes", 0}}));
  EXPECT_EQ(overview["latency"], json({{"p50", nullptr}, {"p95", nullptr}, {"count", 0}}));
  EXPECT_EQ(overview["waiting"], json::array());
  EXPECT_EQ(overview["failed"], json({{"jobs", 0}, {"oldest", nullptr}}));
  EXPECT_EQ(overview["series"]["at"].size(), 3U);
  EXPECT_EQ(overview["ready"], false);
  EXPECT_EQ(overview["not_ready"][0]["reason"], "upkeep_does_not_report");
  EXPECT_EQ(client_.send("GET", "/api/overview?hours=0").status, 400);
  EXPECT_EQ(client_.send("GET", "/api/overview?hours=x").status, 400);
}

TEST_F(WebApi, PausesAndResumesWithWhoAndWhy) {
  EXPECT_EQ(client_.send("POST", "/api/pause", {{"what", "analyse"}}).status, 400) << "no reason";
  EXPECT_EQ(client_.send("POST", "/api/pause", {{"what", "compare"}, {"reason", "x"}}).status, 400);
  client_.ok("POST", "/api/pause", {{"what", "receive"}, {"reason", "the disk is changed"}});
  const json overview = client_.get("/api/overview");
  ASSERT_EQ(overview["pauses"].size(), 1U);
  EXPECT_EQ(overview["pauses"][0]["what"], "receive");
  EXPECT_EQ(overview["pauses"][0]["reason"], "the disk is changed");
  EXPECT_EQ(overview["pauses"][0]["by"], client_.get("/api/changes")["changes"][0]["who"]);
  EXPECT_EQ(overview["ready"], false);
  EXPECT_EQ(overview["not_ready"], json::array()) << "the pause says it already";
  client_.ok("POST", "/api/resume", {{"what", "receive"}});
  EXPECT_EQ(client_.get("/api/overview")["pauses"], json::array());
}

TEST_F(WebApi, CountsWhatArrivedWhatWaitsAndHowLongReportsTook) {
  tests::add_destination(client_.database(), "pacs", "test");
  for (const double seconds : {10.0, 20.0, 30.0}) {
    analyse(store(), std::to_string(seconds));
    deliver(seconds);
  }
  store();
  tests::schedule_analysis(client_.database(), store(), "now() + interval '1 hour'");
  const json overview = client_.get("/api/overview");
  EXPECT_EQ(overview["received"]["instances"], 20);
  EXPECT_EQ(overview["received"]["studies"], 5);
  EXPECT_EQ(overview["reported"]["reports"], 3);
  EXPECT_EQ(overview["latency"]["count"], 3);
  EXPECT_NEAR(overview["latency"]["p50"], 20, 1e-3);
  EXPECT_NEAR(overview["latency"]["p95"], 29, 1e-3);
  std::map<std::string, int> waiting;
  for (const json& entry : overview["waiting"]) waiting[entry["state"]] = entry["studies"];
  EXPECT_EQ(waiting, (std::map<std::string, int>{{"settling", 1}, {"waiting for segmentation", 1}}));
  int in_series = 0;
  for (const json& count : overview["series"]["instances"]) in_series += count.get<int>();
  EXPECT_EQ(in_series, 20);
}

TEST_F(WebApi, ForgetsInTheOverviewWhatIsOlderThanAsked) {
  store();
  client_.database().rows("update instance set received_at = now() - interval '5 hours' returning 1");
  EXPECT_EQ(client_.get("/api/overview?hours=4")["received"]["instances"], 0);
  EXPECT_EQ(client_.get("/api/overview?hours=6")["received"]["instances"], 4);
}

TEST_F(WebApi, CountsFailuresThatNoLaterJobHasTakenThePlaceOf) {
  const auto study = store();
  tests::schedule_analysis(client_.database(), study);
  ASSERT_TRUE(kill_job(database_, tests::claim(database_, JobKind::analyse), {"missing_slices", "a. b."}));
  EXPECT_EQ(client_.get("/api/overview")["failed"]["jobs"], 1);
  tests::schedule_analysis(client_.database(), study);
  EXPECT_EQ(client_.get("/api/overview")["failed"]["jobs"], 0);
}

TEST_F(WebApi, ListsFailuresFirstAndPagesThroughTheRest) {
  for (int i = 0; i < 5; ++i) tests::schedule_analysis(client_.database(), store());
  client_.database().rows(
      "update job set state = 'dead', reason = 'defect', finished_at = now() where job_id in (2, 4) "
      "returning 1");
  const json all = client_.get("/api/jobs");
  EXPECT_EQ(ids(all["jobs"]), json({4, 2, 5, 3, 1}));
  EXPECT_EQ(all["next"], nullptr);
  EXPECT_THAT(all["jobs"][0]["advice"].get<std::string>(), HasSubstr("report it"));
  json paged = json::array();
  std::string before;
  for (int page = 0; page < 3; ++page) {
    const json some = client_.get("/api/jobs?limit=2" + before);
    for (const json& id : ids(some["jobs"])) paged.push_back(id);
    before = "&before=" + some["next"].dump();
  }
  EXPECT_EQ(paged, json({4, 2, 5, 3, 1}));
  EXPECT_EQ(ids(client_.get("/api/jobs?state=dead")["jobs"]), json({4, 2}));
  EXPECT_EQ(client_.get("/api/jobs?kind=deliver")["jobs"], json::array());
}

TEST_F(WebApi, TriesAJobAgainForAReasonThatIsKept) {
  tests::schedule_analysis(client_.database(), store());
  ASSERT_TRUE(kill_job(database_, tests::claim(database_, JobKind::analyse), {"missing_slices", "a. b."}));
  EXPECT_EQ(client_.send("POST", "/api/jobs/1/retry").status, 400);
  const json job = client_.ok("POST", "/api/jobs/1/retry", {{"reason", "the slices came"}})["job"];
  EXPECT_EQ(job["state"], "scheduled");
  const json change = client_.get("/api/changes?limit=1")["changes"][0];
  EXPECT_EQ(change["who"], "Ada");
  EXPECT_EQ(change["what"], "job");
  EXPECT_EQ(change["subject"], "1");
  EXPECT_EQ(change["reason"], "the slices came");
  EXPECT_EQ(change["old"], json({{"state", "dead"}, {"reason", "missing_slices"}}));
  EXPECT_EQ(client_.send("POST", "/api/jobs/1/retry", {{"reason", "again"}}).status, 409);
  EXPECT_EQ(client_.send("POST", "/api/jobs/99/retry", {{"reason", "again"}}).status, 404);
  EXPECT_EQ(client_.send("POST", "/api/jobs/x/retry", {{"reason", "again"}}).status, 404);
  client_.become("Vic", "viewer");
  EXPECT_EQ(client_.send("POST", "/api/jobs/1/retry", {{"reason", "again"}}).status, 403);
}

TEST_F(WebApi, FindsStudiesByWhatTheyBeginWithAndByState) {
  const auto first = store();
  const auto second = store();
  tests::schedule_analysis(client_.database(), second);
  const auto found = [&](const std::string& query) {
    json uids = json::array();
    const json list = client_.get("/api/studies" + query);
    for (const json& study : list["studies"]) uids.push_back(study["study_instance_uid"]);
    return uids;
  };
  const json both{second.study_instance_uid, first.study_instance_uid};
  EXPECT_EQ(found(""), both);
  EXPECT_EQ(found("?q=" + first.study_instance_uid), json({first.study_instance_uid}));
  EXPECT_EQ(found("?q=" + second.accession_number), json({second.study_instance_uid}));
  EXPECT_EQ(found("?q=nobody"), json::array());
  EXPECT_EQ(found("?q=%25"), json::array()) << "no wildcards";
  EXPECT_EQ(found("?state=settling"), json({second.study_instance_uid}));
  EXPECT_EQ(found("?state=waiting+for+segmentation"), json({first.study_instance_uid}));
  EXPECT_EQ(found("?state=held"), json::array());
  const json page = client_.get("/api/studies?limit=1");
  EXPECT_EQ(page["studies"][0]["instances"], 4);
  EXPECT_EQ(found("?before=" + page["next"].dump()), json({first.study_instance_uid}));
}

TEST_F(WebApi, TellsTheStoryOfAStudy) {
  tests::add_destination(client_.database(), "pacs", "test");
  tests::add_destination(client_.database(), "archive", "");
  const auto study = store();
  analyse(study, "one");
  deliver(10);
  const json all = client_.get("/api/studies/" + study.study_instance_uid);
  EXPECT_EQ(all["study"]["state"], "held");
  EXPECT_GE(all["timeline"].size(), 4U);
  EXPECT_EQ(all["scores"].size(), 2U);
  ASSERT_EQ(all["reports"].size(), 2U);
  EXPECT_EQ(all["reports"][0]["destination"], "archive");
  EXPECT_EQ(all["reports"][0]["sent_at"], nullptr);
  EXPECT_EQ(all["reports"][1]["destination"], "pacs");
  EXPECT_TRUE(all["reports"][1]["sop_instance_uid"].is_string());
  EXPECT_EQ(client_.send("GET", "/api/studies/1.2.3.4.5").status, 404);
}

TEST_F(WebApi, CountsHowOftenModelsHadTheirInputs) {
  analyse(store(), "one");
  client_.database().rows(
      "insert into assessment (analysis_id, model_name, model_version, model_digest, model_title, "
      "model_status, "
      "endpoint, score_name, score_unit, at_cut_off, contributions, reason, detail, score) "
      "select 1, 'tumour-burden-score', '1', '', '', 'published', '', '', '1', false, '[]', r, d, s from "
      "(values "
      "(null, null, 3.5::double precision), (null, null, 4), ('missing_input', 'largest_diameter', null), "
      "('undefined_input', 'largest_diameter (two parts), lesion_count (two parts)', null), "
      "('wrong_modality', 'MR', null)) v (r, d, s) returning 1");
  json model;
  const json all = client_.get("/api/models");
  for (const json& entry : all["models"]) {
    if (entry["name"] == "tumour-burden-score") model = entry;
  }
  EXPECT_EQ(model["assessed"], 2);
  EXPECT_EQ(model["could_not"], 3);
  std::map<std::string, std::pair<int, int>> needs;
  for (const json& need : model["needs"]) needs[need["input"]] = {need["had"], need["missing"]};
  EXPECT_EQ(needs.at("largest_diameter"), std::make_pair(2, 2));
  EXPECT_EQ(needs.at("lesion_count"), std::make_pair(3, 1));
}

json named(const std::string& name, json peer) {
  peer["name"] = name;
  return peer;
}

TEST_F(WebApi, AddsChangesAndRemovesPeersAndKeepsWho) {
  const json pacs{{"ae_title", "PACS"},       {"host", "pacs.example"},      {"port", 104},
                  {"may", {"store", "echo"}}, {"receives_reports", true},    {"purpose", "research"},
                  {"responsible", "Dr. E"},   {"valid_until", "2099-12-31"}, {"reason", "new PACS"}};
  EXPECT_EQ(client_.send("PUT", "/api/peers/main%20pacs", pacs).status, 404) << "there is nothing to change";
  const json added = client_.ok("POST", "/api/peers", named("main pacs", pacs))["peer"];
  EXPECT_EQ(added["name"], "main pacs");
  EXPECT_EQ(added["may"], json({"store", "echo"}));
  EXPECT_EQ(added["purpose"], "research");
  EXPECT_EQ(added["last_seen_at"], nullptr);
  json changed = pacs;
  changed["port"] = 11113;
  client_.ok("PUT", "/api/peers/main%20pacs", changed);
  const json change = client_.get("/api/changes")["changes"][0];
  EXPECT_EQ(change["who"], "Ada");
  EXPECT_EQ(change["reason"], "new PACS");
  EXPECT_EQ(change["old"]["port"], 104);
  EXPECT_EQ(change["new"]["port"], 11113);
  EXPECT_EQ(client_.send("DELETE", "/api/peers/main%20pacs").status, 400) << "no reason";
  client_.ok("DELETE", "/api/peers/main%20pacs", {{"reason", "switched off"}});
  EXPECT_EQ(client_.get("/api/peers")["peers"], json::array());
  const json removal = client_.get("/api/changes?limit=1")["changes"][0];
  EXPECT_EQ(removal["new"], nullptr);
  EXPECT_EQ(removal["reason"], "switched off");
  EXPECT_EQ(client_.send("DELETE", "/api/peers/main%20pacs", {{"reason", "twice"}}).status, 404);
}

TEST_F(WebApi, RefusesPeersThatAreNoneInWords) {
  const json right{{"ae_title", "PACS"}, {"host", "pacs.example"}, {"port", 104}};
  const auto with = [&](const char* key, const json& value) {
    json body = right;
    body[key] = value;
    return client_.send("POST", "/api/peers", named("pacs", body)).status;
  };
  EXPECT_EQ(with("ae_title", "SEVENTEEN_LETTERS"), 400);
  EXPECT_EQ(with("ae_title", nullptr), 400);
  EXPECT_EQ(with("port", 0), 400);
  EXPECT_EQ(with("port", "104"), 400);
  EXPECT_EQ(with("port", 65536), 400);
  EXPECT_EQ(with("may", {"delete"}), 400);
  EXPECT_EQ(with("may", "store"), 400);
  EXPECT_EQ(with("purpose", "fun"), 400);
  EXPECT_EQ(with("purpose", "research"), 400) << "nobody answers for it";
  EXPECT_EQ(with("receives_reports", 1), 400);
  EXPECT_EQ(with("host", std::string("a\0b", 3)), 400);
  EXPECT_EQ(with("valid_until", "2020-01-01"), 400) << "in the past";
  EXPECT_EQ(with("host", "a b"), 400);
  EXPECT_EQ(with("host", "a\u2028b"), 400);
  for (const std::string& name :
       {std::string(), std::string(65, 'n'), std::string(" pacs"), std::string("a\u2028b"),
        std::string("a\u202eb"), std::string("a\u00a0b")}) {
    EXPECT_EQ(client_.send("POST", "/api/peers", named(name, right)).status, 400) << name;
  }
  EXPECT_EQ(with("port", 104), 200);
  EXPECT_EQ(client_.send("POST", "/api/peers", named("second", right)).status, 400) << "the title is taken";
}

TEST_F(WebApi, ReplacesNoPeerUnasked) {
  const json pacs{{"ae_title", "PACS"},
                  {"host", "h"},
                  {"port", 104},
                  {"may", {"store"}},
                  {"receives_reports", true},
                  {"networks", {"127.0.0.0/8"}}};
  client_.ok("POST", "/api/peers", named("pacs", pacs));
  const json before = client_.get("/api/peers");
  const json other{{"ae_title", "PACS2"}, {"host", "h"}, {"port", 104}};
  storage::record_refused_association(
      database_, {storage::AssociationRefusal::calling_title_unknown, "PACS2", "GLISSON", "10.1.2.3"});
  const std::string admit =
      "/api/refused/" + client_.get("/api/refused")["refused"][0]["id"].dump() + "/admit";
  for (const std::string& address : {std::string("/api/peers"), admit}) {
    const Response response = client_.send("POST", address, named("pacs", other));
    EXPECT_EQ(response.status, 409) << address;
    EXPECT_EQ(json::parse(response.body)["error"], "name_taken") << address;
    EXPECT_EQ(client_.get("/api/peers"), before) << address;
  }
  json another = other;
  another["ae_title"] = "ZZZ";
  EXPECT_EQ(json::parse(client_.send("POST", admit, named("second", another)).body)["error"], "other_title");
  EXPECT_EQ(client_.get("/api/peers"), before);
  client_.ok("POST", admit, named("second", other));
  EXPECT_EQ(client_.get("/api/peers")["peers"].size(), 2U);
  EXPECT_EQ(client_.get("/api/refused")["refused"], json::array())
      << "what was refused to its title is forgotten";
}

TEST_F(WebApi, SaysWhatWouldAdmitWhomNoDialogAdmits) {
  storage::Peer peer;
  peer.name = "ct";
  peer.ae_title = dicom::AeTitle("CT_1");
  peer.host = "h";
  peer.port = 104;
  add_peer(database_, peer);
  using Refusal = storage::AssociationRefusal;
  for (const Refusal reason : {Refusal::called_title_unknown, Refusal::certificate_missing}) {
    storage::record_refused_association(database_, {reason, "CT_1", "LIVER", "10.1.2.3"});
  }
  std::map<std::string, std::string> advice;
  const json refused = client_.get("/api/refused")["refused"];
  for (const json& row : refused) {
    EXPECT_EQ(row["admissible"], false);
    advice[row["reason"]] = row["advice"];
  }
  EXPECT_THAT(advice["called_title_unknown"],
              testing::AllOf(testing::HasSubstr("let it call GLISSON; or: in [receive] of the settings"),
                             testing::HasSubstr("application_entities = [{title = \"LIVER\"}]"),
                             testing::HasSubstr("systemctl reload glisson")));
  EXPECT_THAT(advice["certificate_missing"], testing::HasSubstr("glisson peer change ct --certificate none"));
}

TEST_F(WebApi, TellsWhoChangedAPeerByTheCommandLineOrBySql) {
  storage::Peer peer;
  peer.name = "pacs";
  peer.ae_title = dicom::AeTitle("PACS");
  peer.host = "h";
  peer.port = 104;
  add_peer(database_, peer);
  EXPECT_EQ(client_.get("/api/changes?limit=1")["changes"][0]["who"], storage::command_line_author().name);
  client_.database().rows("update peer set host = 'other' returning 1");
  const json change = client_.get("/api/changes?limit=1")["changes"][0];
  EXPECT_EQ(change["who"], client_.database().value("select session_user"));
  EXPECT_EQ(change["new"]["host"], "other");
  client_.database().rows("update peer set host = 'other' returning 1");
  EXPECT_EQ(client_.get("/api/changes?limit=1")["changes"][0]["id"], change["id"]) << "nothing was changed";
}

TEST_F(WebApi, TellsOfADiskThatDoesNotAnswer) {
  const json disk = client_.get("/api/system")["disk"][0];
  EXPECT_EQ(disk["answers"], false);
  EXPECT_EQ(disk["forecast_days"], nullptr);
}

TEST_F(WebApi, TellsOfTheSystem) {
  std::filesystem::create_directories(client_.data() / "store");
  const json system = client_.get("/api/system");
  EXPECT_EQ(system["disk"].size(), 1U) << "the database is another host's";
  EXPECT_GT(system["disk"][0]["total"], system["disk"][0]["free"]);
  EXPECT_EQ(system["disk"][0]["forecast_days"], nullptr) << "nothing arrived";
  EXPECT_EQ(system["certificates"], json::array());
  bool web = false;
  for (const json& role : system["roles"]) web = web || role["role"] == "web";
  EXPECT_TRUE(web);
  EXPECT_GT(system["database"]["size"], 1'000'000);
  EXPECT_THAT(system["schema"].get<std::string>(), testing::EndsWith(".sql"));
}

TEST_F(WebApi, ForecastsTheDiskByTheLastWeek) {
  std::filesystem::create_directories(client_.data() / "store");
  store();
  client_.database().rows("update study set created_at = now() - interval '100 days' returning 1");
  client_.database().rows("update instance set bytes = 7000000000 where instance_id = 1 returning 1");
  client_.database().rows("update instance set bytes = 0 where instance_id > 1 returning 1");
  const json disk = client_.get("/api/system")["disk"][0];
  const double free = disk["free"];
  const double kept = std::max(1e9 * 1.073741824, disk["total"].get<double>() / 100);
  EXPECT_NEAR(disk["forecast_days"], (free - kept) / 1e9, 0.5 + free / 1e11) << "a gigabyte a day";
}

}  // namespace
}  // namespace glisson::server
