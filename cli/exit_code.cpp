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
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    // U+0080 to U+009F steer terminals as well; in UTF-8 they are 0xc2 and themselves.
    const bool second_set = byte == 0xc2 && next >= 0x80 && next < 0xa0;
    if (byte < ' ' || byte == 0x7f) text[i] = '?';
    if (second_set) text.replace(i, 2, "?");
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
