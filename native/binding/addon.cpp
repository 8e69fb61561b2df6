#include "job.h"

namespace {

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  // Sets BLAS to one thread before anything runs.
  const eigenview::BlasThreads single(1, eigenview::BlasThreads::Busy::join);
  eigenview::binding::export_closed_form(env, exports);
  eigenview::binding::export_diagnostics(env, exports);
  eigenview::binding::export_dynamics(env, exports);
  eigenview::binding::export_linalg(env, exports);
  eigenview::binding::export_losses(env, exports);
  eigenview::binding::export_moments(env, exports);
  eigenview::binding::export_system(env, exports);
  eigenview::binding::export_views(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(eigenview, initialise)
