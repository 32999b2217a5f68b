// What is changed in a scene between its two files.
#pragma once
#include <assimp/material.h>
#include <assimp/scene.h>

#include <algorithm>
#include <string>

#include "Folder.hpp"

inline size_t triangles(const aiScene &scene) {
  size_t count = 0;
  for (unsigned mesh = 0; mesh < scene.mNumMeshes; ++mesh) count += scene.mMeshes[mesh]->mNumFaces;
  return count;
}

/// Exporting tools leave paths of their own disks: the name alone may lie beside the model, or in a folder of
/// pictures there.
inline std::string found(const std::string &named, const FolderSystem &folder) {
  std::string path = named;
  std::replace(path.begin(), path.end(), '\\', '/');
  while (path.compare(0, 2, "./") == 0) path.erase(0, 2);
  const std::string name = path.substr(path.rfind('/') + 1);
  if (!path.empty() && path[0] != '/' && !folder.inside(path).empty()) return path;
  for (const char *place : {"", "textures/", "Textures/", "images/"})
    if (!name.empty() && !folder.inside(place + name).empty()) return place + name;
  return name;
}

/// Only shapes and surfaces stay: a still scene, without cameras, lights, bones and motion; each mesh with the
/// pictures that lie beside it.
inline void simplify(aiScene &scene, const FolderSystem &folder) {
  scene.mNumAnimations = scene.mNumCameras = scene.mNumLights = 0;
  for (unsigned index = 0; index < scene.mNumMeshes; ++index) {
    aiMesh &mesh = *scene.mMeshes[index];
    mesh.mNumBones = mesh.mNumAnimMeshes = 0;
    // How triangles were polygons once is nothing that is read here.
    mesh.mPrimitiveTypes &= ~static_cast<unsigned>(aiPrimitiveType_NGONEncodingFlag);
  }
  for (unsigned index = 0; index < scene.mNumMaterials; ++index) {
    aiMaterial &material = *scene.mMaterials[index];
    for (unsigned number = 0; number < material.mNumProperties; ++number) {
      aiMaterialProperty &property = *material.mProperties[number];
      if (std::string(property.mKey.C_Str()) != _AI_MATKEY_TEXTURE_BASE) continue;
      aiString path;
      const auto kind = static_cast<aiTextureType>(property.mSemantic);
      if (material.GetTexture(kind, property.mIndex, &path) != aiReturn_SUCCESS) continue;
      if (path.length == 0 || path.C_Str()[0] == '*' || scene.GetEmbeddedTexture(path.C_Str())) continue;
      const aiString better(found(path.C_Str(), folder));
      material.AddProperty(&better, _AI_MATKEY_TEXTURE_BASE, kind, property.mIndex);
    }
  }
}

/// FBX numbers are centimetres times this scale.
inline void inMetres(aiScene &scene) {
  if (!scene.mMetaData) scene.mMetaData = new aiMetadata();
  scene.mMetaData->Add("UnitScaleFactor", 100.0);
}
