#include "../core/tiles/tile.h"
#include "arguments.h"

#if defined(__linux__) || defined(__APPLE__)
#include <dlfcn.h>
#endif

namespace eigenview::binding {
namespace {

// describe(): { blas: { vendor, version, kernel, config }, momentsKernel }
Napi::Value describe(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const BlasDescription blas = describe_blas();
  Napi::Object about = Napi::Object::New(env);
  about.Set("vendor", blas.vendor);
  about.Set("version", blas.version);
  about.Set("kernel", blas.kernel);
  about.Set("config", blas.config);
  Napi::Object result = Napi::Object::New(env);
  result.Set("blas", about);
  result.Set("momentsKernel", choose_tile().name);
  return result;
}

// probeLibrary(name): undefined when the dynamic loader finds it, else the loader's reason
Napi::Value probe_library(const Napi::CallbackInfo& info) {
  const std::string name = info[0].As<Napi::String>();
#if defined(__linux__) || defined(__APPLE__)
  void* handle = dlopen(name.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* reason = dlerror();
    return Napi::String::New(info.Env(), reason == nullptr ? "not found" : reason);
  }
  dlclose(handle);
  return info.Env().Undefined();
#else
  return Napi::String::New(info.Env(), "probing libraries is not supported on this system");
#endif
}

}  // namespace

void export_system(Napi::Env env, Napi::Object exports) {
  exports.Set("describe", Napi::Function::New(env, describe, "describe"));
  exports.Set("probeLibrary", Napi::Function::New(env, probe_library, "probeLibrary"));
}

}  // namespace eigenview::binding
