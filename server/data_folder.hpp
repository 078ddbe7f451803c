#pragma once

#include "config/settings.hpp"
#include "server/control_socket.hpp"

namespace glisson::server {

/// Makes the data folder where it is missing and locks it for this process (the lock ends with the process).
/// As root the folder is made for the service user.
/// @throws RejectedInput unsuitable_host when it cannot be made, already_running when another process holds
/// it.
Descriptor claim_data_folder(const config::Settings& settings);

/// As root, becomes the service user for good, and proves that this user can use the data folder. Otherwise
/// only the proof.
/// @throws RejectedInput unsuitable_host, naming the folder or user.
void become_service_user(const config::Settings& settings);

}  // namespace glisson::server
