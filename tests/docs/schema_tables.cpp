#include "tests/docs/schema_tables.hpp"

#include <algorithm>

#include "tests/support/committed_page.hpp"

namespace glisson::tests {
namespace {

constexpr const char* table_kind = "r";  ///< pg_class.relkind
constexpr const char* view_kind = "v";

std::string quoted(const std::string& text) { return "'" + text + "'"; }

std::string code(const std::string& text) { return "`" + text + "`"; }

/// A type as Mermaid takes it, in one word.
std::string diagram_type(std::string type) {
  std::ranges::replace_if(
      type, [](char c) { return c == ' ' || c == '[' || c == ']'; }, '_');
  return type;
}

}  // namespace

std::vector<std::string> SchemaTables::relations(const std::string& kind) const {
  std::vector<std::string> names;
  for (const auto& row :
       database_.rows("select relname from pg_class where relnamespace = 'glisson'::regnamespace "
                      "and relkind = " +
                      quoted(kind) + " order by relname collate \"C\"")) {
    names.push_back(row[0]);
  }
  return names;
}

std::string SchemaTables::columns(const std::string& relation) const {
  std::string text = "| column | type | meaning |\n|---|---|---|\n";
  for (const auto& row : database_.rows(
           "select attname, format_type(atttypid, atttypmod), attnotnull, coalesce(col_description(attrelid, "
           "attnum), ''),"
           " (select relkind = 'v' from pg_class where oid = attrelid) from pg_attribute where attrelid = " +
           quoted("glisson." + relation) +
           "::regclass and attnum > 0 and not attisdropped order by attnum")) {
    const bool may_be_null = row[2] == "f" && row[4] == "f";
    text += "| " + code(row[0]) + " | " + row[1] + (may_be_null ? ", may be null" : "") + " | " +
            table_cell(row[3]) + " |\n";
  }
  return text;
}

std::string SchemaTables::keys(const std::string& relation) const {
  std::string text;
  const std::string of_relation = quoted("glisson." + relation) + "::regclass";
  for (const auto& row :
       database_.rows("select pg_get_constraintdef(oid) from pg_constraint where contype in ('p', 'u', 'f') "
                      "and conrelid = " +
                      of_relation + " order by array_position('{p,u,f}', contype), conname collate \"C\"")) {
    text += "- " + code(row[0]) + "\n";
  }
  for (const auto& row : database_.rows(
           "select case when indisunique then 'Unique index ' else 'Index ' end, "
           "regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '') from pg_index where indrelid = " +
           of_relation +
           " and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', "
           "'u')) "
           "order by indexrelid::regclass::text collate \"C\"")) {
    text += "- " + row[0] + code(row[1]) + "\n";
  }
  return text.empty() ? text : "\n" + text;
}

std::string SchemaTables::sections(const std::string& kind) const {
  std::string text;
  for (const std::string& relation : relations(kind)) {
    const std::string comment = database_.value("select coalesce(obj_description('glisson." + relation +
                                                "'::regclass, 'pg_class'), '')");
    text += (text.empty() ? "### " : "\n### ") + relation + "\n\n" + comment + "\n\n" + columns(relation) +
            keys(relation);
  }
  return text;
}

std::string SchemaTables::views() const { return sections(view_kind); }

std::string SchemaTables::tables() const { return sections(table_kind); }

std::string SchemaTables::diagram() const {
  std::string text = "```mermaid\nerDiagram\n";
  for (const std::string& table : relations(table_kind)) {
    text += "  " + table + " {\n";
    for (const auto& row : database_.rows(
             "select format_type(atttypid, null), attname, string_agg(distinct upper(contype::text) || 'K', "
             "', ') "
             "from pg_constraint join pg_attribute on attrelid = conrelid and attnum = any (conkey) "
             "where contype in ('p', 'u', 'f') and conrelid = " +
             quoted("glisson." + table) + "::regclass group by attnum, atttypid, attname order by attnum")) {
      text += "    " + diagram_type(row[0]) + " " + row[1] + " " + row[2] + "\n";
    }
    text += "  }\n";
  }
  // One row of the child for each of the parent where the reference is a key of the child by itself.
  for (const auto& row : database_.rows(
           "select f.confrelid::regclass, f.conrelid::regclass, string_agg(attname, ', ' order by attnum), "
           "bool_and(attnotnull), exists (select from pg_constraint k where k.conrelid = f.conrelid "
           "and k.contype in ('p', 'u') and k.conkey <@ f.conkey) "
           "from pg_constraint f join pg_attribute on attrelid = f.conrelid and attnum = any (f.conkey) "
           "where f.contype = 'f' and f.connamespace = 'glisson'::regnamespace "
           "group by f.oid, f.confrelid, f.conrelid, f.conkey "
           "order by f.confrelid::regclass::text collate \"C\", f.conrelid::regclass::text collate \"C\", "
           "3")) {
    text += "  " + row[0] + (row[3] == "t" ? " ||--" : " |o--") + (row[4] == "t" ? "o| " : "o{ ") + row[1] +
            " : \"" + row[2] + "\"\n";
  }
  return text + "```\n";
}

std::vector<std::string> SchemaTables::unexplained() const {
  std::vector<std::string> names;
  for (const auto& row : database_.rows(
           "select relname from pg_class where relnamespace = 'glisson'::regnamespace and relkind in ('r', "
           "'v') "
           "and obj_description(oid, 'pg_class') is null union all "
           "select relname || '.' || attname from pg_class join pg_attribute on attrelid = pg_class.oid "
           "where relnamespace = 'glisson'::regnamespace and relkind in ('r', 'v') and attnum > 0 and not "
           "attisdropped "
           "and col_description(pg_class.oid, attnum) is null order by 1")) {
    names.push_back(row[0]);
  }
  return names;
}

}  // namespace glisson::tests
