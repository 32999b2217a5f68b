// The one folder files may come from.
#pragma once
#include <sys/stat.h>

#include <assimp/DefaultIOSystem.h>

#include <climits>
#include <cstdlib>
#include <string>

/// Opens regular files in the model's folder and below, and nothing else.
class FolderSystem : public Assimp::DefaultIOSystem {
 public:
  explicit FolderSystem(const std::string &model) {
    const size_t slash = model.rfind('/');
    root = resolved(slash == std::string::npos ? "." : model.substr(0, slash + 1));
    if (root != "/") root += "/";
    // The model itself may be a link to elsewhere.
    own = resolved(model);
  }

  bool Exists(const char *path) const override {
    const std::string real = resolved(path);
    struct stat state;
    return (real == own || real.compare(0, root.size(), root) == 0) && stat(real.c_str(), &state) == 0 && S_ISREG(state.st_mode);
  }

  Assimp::IOStream *Open(const char *path, const char *mode = "rb") override {
    return mode[0] == 'r' && Exists(path) ? DefaultIOSystem::Open(path, mode) : nullptr;
  }

  /// The path of a file in the folder, from there; empty where there is none.
  std::string inside(const std::string &path) const {
    return Exists((root + path).c_str()) ? path : "";
  }

 private:
  static std::string resolved(const std::string &path) {
    char buffer[PATH_MAX];
    return realpath(path.c_str(), buffer) ? buffer : "";
  }

  std::string root, own;
};
