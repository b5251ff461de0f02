// SPDX-License-Identifier: Apache-2.0
#include "search/evolutionary.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "search/effects.h"
#include "search/enumerator.h"
#include "search/failure_memory.h"
#include "search/nondominated.h"
#include "search/point_set.h"
#include "search/random.h"

namespace paretune::search {

namespace {

constexpr std::size_t population_limit = 48;  // parents kept
constexpr std::size_t least_parents = 6;      // fewer: points are drawn at random
// Offspring, of which the model picks one: 2^2 to 2^7. Large broods gain most where the model is
// right; small ones leave room to be surprised where it is wrong.
constexpr std::uint64_t least_brood = 2, brood_sizes = 6;
constexpr int patience = 4;            // attempts per offspring; most are duplicates at the end
constexpr int draw_attempts = 32;      // at random, before enumeration takes over
constexpr double least_chance = 0.02;  // of keeping a point that seems sure to fail
constexpr double penalty = 10;         // of a guessed violation, in ranges of the objectives

double uniform(Engine& engine) { return static_cast<double>(engine() >> 11) * 0x1p-53; }

/// Seeds of neighbouring steps must not give related streams (Steele, Lea & Flood, SplitMix, 2014).
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

struct Member {
  Point point;
  Trial trial;
};

/// What the archive leads one to expect of points never tried.
class Outlook {
 public:
  Outlook(const Space& space, const std::vector<Member>& archive,
          const std::vector<Member>& parents);

  /// One positive weight per objective.
  std::vector<double> draw_weights(Engine& engine) const;
  /// Augmented Tchebycheff distance from the best of each objective, plus guessed violations.
  double badness(const Point& point, const std::vector<double>& weights) const;

 private:
  struct Figure {
    Effects effects;
    bool logarithmic;
    double best, range;  ///< among the parents, in the model's scale
  };

  std::vector<Figure> objectives_;
  std::vector<Effects> violations_;
};

Outlook::Outlook(const Space& space, const std::vector<Member>& archive,
                 const std::vector<Member>& parents) {
  std::vector<const Point*> points;
  for (const Member& member : archive) points.push_back(&member.point);
  for (std::size_t k = 0; k < archive.front().trial.objectives.size(); ++k) {
    // Times multiply where settings interact; what may be zero or less is taken as it is.
    const bool logarithmic = std::all_of(archive.begin(), archive.end(), [&](const Member& member) {
      return member.trial.objectives[k] > 0;
    });
    const auto scaled = [&](const Member& member) {
      const double value = member.trial.objectives[k];
      return logarithmic ? std::log(value) : value;
    };
    std::vector<double> values;
    for (const Member& member : archive) values.push_back(scaled(member));
    double best = std::numeric_limits<double>::infinity(), worst = -best;
    for (const Member& member : parents) {
      best = std::min(best, scaled(member));
      worst = std::max(worst, scaled(member));
    }
    objectives_.push_back(
        {Effects(space, points, values), logarithmic, best, worst > best ? worst - best : 1});
  }
  for (std::size_t k = 0; k < archive.front().trial.violations.size(); ++k) {
    std::vector<double> values;
    for (const Member& member : archive) values.push_back(member.trial.violations[k]);
    violations_.emplace_back(space, points, values);
  }
}

std::vector<double> Outlook::draw_weights(Engine& engine) const {
  std::vector<double> weights;
  // Exponential draws, scaled to sum 1, are uniform on the simplex.
  for (std::size_t k = 0; k < objectives_.size(); ++k) {
    weights.push_back(-std::log(1 - uniform(engine)) + 1e-9);
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= sum;
  return weights;
}

double Outlook::badness(const Point& point, const std::vector<double>& weights) const {
  double largest = -std::numeric_limits<double>::infinity(), sum = 0;
  for (std::size_t k = 0; k < objectives_.size(); ++k) {
    const Figure& figure = objectives_[k];
    const double term = weights[k] * (figure.effects(point) - figure.best) / figure.range;
    largest = std::max(largest, term);
    sum += term;
  }
  double result = largest + 0.05 * sum;
  for (const Effects& violation : violations_) {
    result += penalty * std::max(violation(point), 0.0);
  }
  return result;
}

class Evolutionary final : public Strategy {
 public:
  Evolutionary(const Space& space, std::uint64_t seed)
      : space_(space), seed_(seed), failures_(space), rest_(space, shuffled_axes()) {}

  std::vector<Point> ask(std::size_t n) override {
    std::vector<Point> result;
    while (result.size() < n) {
      std::optional<Point> point = next();
      if (!point) break;
      seen_.insert(*point);
      result.push_back(std::move(*point));
    }
    return result;
  }

  void tell(const Point& point, const Trial& trial) override;

 private:
  std::vector<std::vector<std::uint32_t>> shuffled_axes() const;
  std::optional<Point> next();
  std::optional<Point> breed(Engine& engine);
  Point offspring(Engine& engine) const;
  const Point& parent(Engine& engine) const;
  std::optional<Point> draw(Engine& engine);
  std::optional<Point> enumerate();
  bool fresh(const Point& point) const { return !seen_.contains(point) && space_.valid(point); }
  bool dare(const Point& point, Engine& engine) {
    return uniform(engine) >= std::min(failures_.chance(point), 1 - least_chance);
  }
  void admit(Member member);

  Space space_;
  std::uint64_t seed_;
  PointSet seen_;  ///< asked or told
  FailureMemory failures_;
  std::vector<Member> archive_;     ///< all that succeeded, as told
  std::vector<Member> parents_;     ///< the best of them, best first
  std::optional<Outlook> outlook_;  ///< fitted when first needed after a tell
  Enumerator rest_;                 ///< last resort: the first unseen point in a fixed order
};

void Evolutionary::tell(const Point& point, const Trial& trial) {
  seen_.insert(point);
  if (!space_.valid(point)) return;  // nothing bred from it would be valid
  const auto finite = [](double x) { return std::isfinite(x); };
  const bool informative = !trial.objectives.empty() &&
                           std::all_of(trial.objectives.begin(), trial.objectives.end(), finite);
  if (!trial.failed && !informative) return;
  failures_.tell(point, trial.failed);
  if (trial.failed) return;
  if (!archive_.empty() && (archive_.front().trial.objectives.size() != trial.objectives.size() ||
                            archive_.front().trial.violations.size() != trial.violations.size())) {
    throw std::invalid_argument("every trial needs the same number of objectives and violations");
  }
  archive_.push_back({point, trial});
  outlook_.reset();
  admit({point, trial});
}

/// Adds a member and drops the one that then stands last.
void Evolutionary::admit(Member member) {
  parents_.push_back(std::move(member));
  std::vector<const Trial*> trials;
  for (const Member& each : parents_) trials.push_back(&each.trial);
  const std::vector<Standing> standing = standings(trials);
  std::vector<std::size_t> order(parents_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return standing[a] < standing[b]; });
  std::vector<Member> sorted;
  for (const std::size_t i : order) {
    if (sorted.size() < population_limit) sorted.push_back(std::move(parents_[i]));
  }
  parents_ = std::move(sorted);
}

std::vector<std::vector<std::uint32_t>> Evolutionary::shuffled_axes() const {
  Engine engine(mix(seed_));
  std::vector<std::vector<std::uint32_t>> order;
  for (const Parameter& parameter : space_.parameters()) {
    std::vector<std::uint32_t>& indices = order.emplace_back(parameter.values.size());
    std::iota(indices.begin(), indices.end(), 0U);
    for (std::size_t i = indices.size(); i > 1; --i) {
      std::swap(indices[i - 1], indices[draw_below(engine, i)]);
    }
  }
  return order;
}

std::optional<Point> Evolutionary::next() {
  // An engine of its own for every step: what follows depends on what is known, not on how often
  // was drawn before.
  Engine engine(mix(seed_ ^ mix(seen_.size())));
  if (parents_.size() >= least_parents) {
    if (std::optional<Point> point = breed(engine)) return point;
  }
  if (std::optional<Point> point = draw(engine)) return point;
  return enumerate();
}

/// The most promising of a brood; nullopt when nothing new was bred.
std::optional<Point> Evolutionary::breed(Engine& engine) {
  if (!outlook_) outlook_.emplace(space_, archive_, parents_);
  const std::vector<double> weights = outlook_->draw_weights(engine);
  std::optional<Point> best;
  double least = 0;
  const std::size_t brood = std::size_t{1} << (least_brood + draw_below(engine, brood_sizes));
  std::size_t bred = 0;
  for (std::size_t attempt = 0; attempt < patience * brood && bred < brood; ++attempt) {
    Point point = offspring(engine);
    if (!fresh(point) || !dare(point, engine)) continue;
    ++bred;
    const double badness = outlook_->badness(point, weights);
    if (best && badness >= least) continue;
    best = std::move(point);
    least = badness;
  }
  return best;
}

/// Binary tournament: the parents stand in order.
const Point& Evolutionary::parent(Engine& engine) const {
  const std::uint64_t a = draw_below(engine, parents_.size());
  return parents_[std::min(a, draw_below(engine, parents_.size()))].point;
}

Point Evolutionary::offspring(Engine& engine) const {
  Point child = parent(engine);
  const Point& other = parent(engine);
  const std::size_t axes = child.size();
  if (axes == 0) return child;
  // Neighbouring axes belong to neighbouring layers, whose choices fit each other (converts between
  // them cost): runs change parents together, with a switch every `run` axes on average.
  const std::uint64_t run = 1 + draw_below(engine, std::max<std::size_t>(axes / 2, 1));
  bool from_other = draw_below(engine, 2) == 0;
  // At least one axis mutates; how many more varies from child to child.
  const std::uint64_t mutations = 1 + draw_below(engine, 1 + axes / 8);
  const std::size_t certain = draw_below(engine, axes);
  for (std::size_t i = 0; i < axes; ++i) {
    if (draw_below(engine, run) == 0) from_other = !from_other;
    if (from_other) child[i] = other[i];
    if (i != certain && draw_below(engine, axes) >= mutations) continue;
    child[i] = static_cast<std::uint32_t>(draw_below(engine, space_.parameters()[i].values.size()));
  }
  return child;
}

/// Axis by axis; the first fresh point when all of them seem to fail.
std::optional<Point> Evolutionary::draw(Engine& engine) {
  std::optional<Point> first;
  Point point(space_.parameters().size());
  for (int attempt = 0; attempt < draw_attempts; ++attempt) {
    for (std::size_t i = 0; i < point.size(); ++i) {
      point[i] =
          static_cast<std::uint32_t>(draw_below(engine, space_.parameters()[i].values.size()));
    }
    if (!fresh(point)) continue;
    if (dare(point, engine)) return point;
    if (!first) first = point;
  }
  return first;
}

std::optional<Point> Evolutionary::enumerate() {
  while (std::optional<Point> point = rest_.next()) {
    if (!seen_.contains(*point)) return point;
  }
  return std::nullopt;
}

}  // namespace

std::unique_ptr<Strategy> make_evolutionary(const Space& space, std::uint64_t seed) {
  return std::make_unique<Evolutionary>(space, seed);
}

}  // namespace paretune::search
