// Command sets of DIMSE messages; what was read is written and read again.
#include "dicom/network/command_set.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson::dicom;
  const auto set = CommandSet::decode(std::as_bytes(glisson::fuzz::input_of(data, size)));
  if (!set) return 0;
  const auto again = CommandSet::decode(set->encode());
  if (!again) std::abort();
  for (const auto element : {CommandElement::affected_sop_class_uid,
                             CommandElement::affected_sop_instance_uid, CommandElement::error_comment}) {
    if (again->text(element) != set->text(element)) std::abort();
  }
  if (again->number(CommandElement::command_field) != set->number(CommandElement::command_field))
    std::abort();
  CommandSet::response_to(*set, 0).encode();
  return 0;
}
