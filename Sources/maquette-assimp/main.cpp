// Reads the formats of Debian's Open Asset Import Library (libassimp-dev) for `maquette`, and writes FBX.
//
// A program of its own, because the library's readers crash on damaged files: a crash in here is one sentence
// there. It takes no more memory and processor time than it is told, and opens no file outside the model's folder.
//
//   maquette-assimp import MODEL OUT.glb    its meshes and materials; says "unit-scale S" of FBX files
//   maquette-assimp fbx IN.gltf OUT.fbx     as text, and only where the library reads its own file again

#include <sys/prctl.h>
#include <sys/resource.h>

#include <assimp/Exporter.hpp>
#include <assimp/Importer.hpp>
#include <assimp/postprocess.h>
#include <assimp/scene.h>

#include <csignal>
#include <cstdio>
#include <string>

#include "Folder.hpp"
#include "Simplified.hpp"

namespace {

constexpr rlim_t addressBytes = rlim_t(8) << 30;
constexpr rlim_t processorSeconds = 300;

void limit(int resource, rlim_t most) {
  rlimit value{most, most};
  setrlimit(static_cast<__rlimit_resource>(resource), &value);
}

void confine() {
  limit(RLIMIT_AS, addressBytes);
  limit(RLIMIT_CPU, processorSeconds);
  limit(RLIMIT_FSIZE, addressBytes);
  limit(RLIMIT_CORE, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int failed(const std::string &why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  return 3;
}

bool write(const aiExportDataBlob *blob, const std::string &path) {
  std::FILE *file = std::fopen(path.c_str(), "wb");
  if (!file) return false;
  const bool whole = std::fwrite(blob->data, 1, blob->size, file) == blob->size;
  return (std::fclose(file) == 0) && whole;
}

const aiScene *read(Assimp::Importer &importer, const std::string &path) {
  importer.SetIOHandler(new FolderSystem(path));
  importer.SetPropertyInteger(
      AI_CONFIG_PP_SBP_REMOVE, aiPrimitiveType_LINE | aiPrimitiveType_POINT);
  return importer.ReadFile(
      path, aiProcess_Triangulate | aiProcess_SortByPType);
}

int importModel(const std::string &path, const std::string &out) {
  Assimp::Importer importer;
  const aiScene *scene = read(importer, path);
  if (!scene) return failed(importer.GetErrorString());
  auto *own = const_cast<aiScene *>(scene);
  double unitScale = 0;
  if (own->mMetaData) {
    float single = 0;
    if (!own->mMetaData->Get("UnitScaleFactor", unitScale) && own->mMetaData->Get("UnitScaleFactor", single))
      unitScale = single;
  }
  if (unitScale > 0) {
    std::printf("unit-scale %.9g\n", unitScale);
    std::fflush(stdout);  // before what may go wrong, whose words come last
  }
  simplify(*own, FolderSystem(path));
  Assimp::Exporter exporter;
  const aiExportDataBlob *blob = exporter.ExportToBlob(own, "glb2", 0u);
  if (!blob) return failed(exporter.GetErrorString());
  return write(blob, out) ? 0 : failed("the result cannot be written");
}

int exportFBX(const std::string &path, const std::string &out) {
  Assimp::Importer importer;
  const aiScene *scene = read(importer, path);
  if (!scene) return failed(importer.GetErrorString());
  auto *own = const_cast<aiScene *>(scene);
  inMetres(*own);
  Assimp::Exporter exporter;
  const aiExportDataBlob *blob = exporter.ExportToBlob(own, "fbxa", 0u);
  if (!blob) return failed(exporter.GetErrorString());
  if (!write(blob, out)) return failed("the result cannot be written");
  Assimp::Importer again;
  const aiScene *found = read(again, out);
  if (!found) return failed(std::string("the FBX that was written is not read again: ") + again.GetErrorString());
  if (triangles(*found) != triangles(*own)) return failed("the FBX that was written has lost triangles");
  return 0;
}

}  // namespace

int main(int count, char **words) try {
  confine();
  const std::string job = count > 1 ? words[1] : "";
  if (job == "import" && count == 4) return importModel(words[2], words[3]);
  if (job == "fbx" && count == 4) return exportFBX(words[2], words[3]);
  return failed("this program belongs to maquette; run maquette convert");
} catch (const std::bad_alloc &) {
  return failed("the file wants more memory than it may have");
} catch (const std::exception &error) {
  return failed(error.what());
}
