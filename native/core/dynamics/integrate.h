// Trajectories of a field, from its starts to steady states.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "field.h"

namespace eigenview::dynamics {

enum class Stepping { automatic, explicit_only, implicit_only };
enum class Save { steps, ends, times };
// In the order of src/backends/native/dynamics.ts.
enum class Reason { steady, t_max, max_steps, diverged, aborted };

struct Integration {
  double t_max = 0, min_time = 0;
  double rtol = 0, atol = 0;
  double steady_tolerance = 0;
  double rate = 1, amplitude = 1, relaxation = 1;
  int64_t max_steps = 0;
  Stepping stepping = Stepping::automatic;
  bool descends = false;
  Save save = Save::ends;
  std::vector<double> times;  // ascending, for Save::times
  int64_t room = 0;           // numbers of states that all trajectories together may save
};

struct Trajectory {
  std::vector<double> times, states, energy, trace;  // states: n numbers for each time
  Reason reason = Reason::t_max;
  std::vector<double> final;
  double time = 0;
  double speed = 0;
  int64_t accepted = 0, rejected = 0, implicit = 0;
};

// One trajectory from each start (n numbers, one behind the other), each on one thread: its bits depend on no other.
// When `cancelled`, polled at every step, is raised, all end as they are. Beyond n = kLargestImplicit stepping is
// explicit. Throws too_large once there is no more room.
std::vector<Trajectory> integrate(const Field& field, const double* starts, int64_t count,
                                  const Integration& integration, int threads, const std::atomic<int32_t>* cancelled);

}  // namespace eigenview::dynamics
