#include "CDraco.h"

#include <draco/compression/decode.h>

#include <memory>

struct maquette_draco {
  std::unique_ptr<draco::Mesh> mesh;
};

maquette_draco *maquette_draco_decode(const uint8_t *bytes, size_t length) try {
  draco::DecoderBuffer buffer;
  buffer.Init(reinterpret_cast<const char *>(bytes), length);
  auto type = draco::Decoder::GetEncodedGeometryType(&buffer);
  if (!type.ok() || type.value() != draco::TRIANGULAR_MESH) return nullptr;
  draco::Decoder decoder;
  auto mesh = decoder.DecodeMeshFromBuffer(&buffer);
  if (!mesh.ok()) return nullptr;
  return new maquette_draco{std::move(mesh).value()};
} catch (...) {
  return nullptr;
}

void maquette_draco_free(maquette_draco *mesh) { delete mesh; }

size_t maquette_draco_points(const maquette_draco *mesh) { return mesh->mesh->num_points(); }

size_t maquette_draco_triangles(const maquette_draco *mesh) { return mesh->mesh->num_faces(); }

void maquette_draco_indices(const maquette_draco *mesh, uint32_t *points) {
  for (draco::FaceIndex face(0); face < mesh->mesh->num_faces(); ++face)
    for (int corner = 0; corner < 3; corner++)
      *points++ = mesh->mesh->face(face)[corner].value();
}

int maquette_draco_floats(
    maquette_draco *mesh, uint32_t attribute, int components, int normalized, float *values) {
  const int32_t number = mesh->mesh->GetAttributeIdByUniqueId(attribute);
  if (number < 0) return 0;
  draco::PointAttribute *found = mesh->mesh->attribute(number);
  if (draco::IsDataTypeIntegral(found->data_type())) found->set_normalized(normalized != 0);
  for (draco::PointIndex point(0); point < mesh->mesh->num_points(); ++point) {
    const auto index = found->mapped_index(point);
    if (index.value() >= found->size()) return 0;
    if (!found->ConvertValue<float>(index, static_cast<int8_t>(components), values)) return 0;
    values += components;
  }
  return 1;
}
