// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "harness/protocol.h"

/// The worker protocol's messages as JSON, one per line. Requests: {"request": kind, "id": n, ...}
/// with kind configure, describe, calibrate, set_parameters, kernel, evaluate, canary,
/// compile or bye. Replies:
/// {"reply": kind, ...} with kind hello {version, pid}, begin {id}, stage {id, stage}, result {id,
/// value}, failure {id, value} or error {id, kind, message}. decode() throws
/// nlohmann::json::exception on a malformed value.
namespace paretune::harness::messages {

using Json = nlohmann::json;

/// One line of text ending in '\n'; bytes that are no UTF-8 are replaced, infinities and NaN become
/// null.
std::string line(const Json& message);

Json encode(const Description& description);
Json encode(const model::QuantParameters& parameters);
Json encode(const KernelRequest& request);
Json encode(const KernelMeasurement& measurement);
Json encode(const EvaluateRequest& request);
Json encode(const results::Measurement& measurement);
Json encode(const results::Failure& failure);
Json encode(const results::Metric& metric);

/// Specialised for the types encode() takes.
template <typename T>
T decode(const Json& json);

/// {"error": ...} for the exception being handled (call inside catch only): kind "invalid_model",
/// "unsupported_model", "device_error", "config_error" or "internal".
Json encode_current_exception();
/// Throws the exception an error message stands for: the same type as in the worker; "internal":
/// WorkerError.
[[noreturn]] void rethrow(const Json& error);

}  // namespace paretune::harness::messages
