#pragma once

#include <string>

namespace glisson::server {

/// What somebody can do about a job that ended or waits, as a sentence; empty where nothing is known. The
/// reasons of RejectionReason say it in the job's detail already.
/// @param reason keyword of the job.
std::string job_advice(const std::string& reason);

}  // namespace glisson::server
