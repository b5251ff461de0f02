// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_code.h"

#include <cstdio>
#include <exception>
#include <string>

#include "devices/errors.h"
#include "harness/errors.h"
#include "model/errors.h"
#include "results/store.h"
#include "runtime/package.h"

namespace paretune::cli {
namespace {

// Names come from the model: one with a line break or an escape stays one line of plain text.
std::string one_line(std::string text) {
  constexpr std::size_t longest = 2000;
  if (text.size() > longest) text = text.substr(0, longest) + "...";
  for (char& letter : text) {
    if (static_cast<unsigned char>(letter) < ' ' || letter == '\x7f') letter = '?';
  }
  return text;
}

int fail(const std::exception& error, ExitCode code) {
  std::fprintf(stderr, "paretune: %s\n", one_line(error.what()).c_str());
  return code;
}

}  // namespace

int guarded(const std::function<int()>& action) {
  try {
    return action();
  } catch (const model::UnsupportedModel& error) {
    return fail(error, kEnvironment);
  } catch (const devices::DeviceError& error) {
    return fail(error, kEnvironment);
  } catch (const harness::WorkerError& error) {
    return fail(error, kPartial);
  } catch (const model::InvalidModel& error) {
    return fail(error, kUsage);
  } catch (const harness::ConfigError& error) {
    return fail(error, kUsage);
  } catch (const results::StoreError& error) {
    return fail(error, kUsage);
  } catch (const runtime::PackageError& error) {
    return fail(error, kUsage);
  } catch (const std::exception& error) {
    return fail(error, kPartial);
  }
}

}  // namespace paretune::cli
