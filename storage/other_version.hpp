#pragma once

namespace glisson::storage {

/// From now on a database whose schema is of another version of Glisson is to this process one that does not
/// answer yet (TransientError), not one that cannot be used (RejectedInput): a service under which a newer
/// version was installed does nothing and waits to be restarted, and says so to whoever asks.
void wait_for_own_version() noexcept;

}  // namespace glisson::storage
