#include "CDraco.h"

#include <draco/compression/decode.h>
#include <draco/compression/expert_encode.h>

#include <memory>
#include <vector>

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

struct maquette_draco_encoder {
  draco::Mesh mesh;
  std::unique_ptr<draco::ExpertEncoder> encoder;
  draco::EncoderBuffer buffer;
  struct Kept { int id, bits, components; std::vector<float> lowest; float side; };
  std::vector<Kept> kept;
};

maquette_draco_encoder *maquette_draco_encoder_new(
    size_t points, size_t triangles, const uint32_t *indices) try {
  auto made = std::make_unique<maquette_draco_encoder>();
  made->mesh.set_num_points(static_cast<uint32_t>(points));
  made->mesh.SetNumFaces(triangles);
  for (size_t triangle = 0; triangle < triangles; ++triangle) {
    draco::Mesh::Face face;
    for (int corner = 0; corner < 3; ++corner)
      face[corner] = draco::PointIndex(indices[3 * triangle + corner]);
    made->mesh.SetFace(draco::FaceIndex(static_cast<uint32_t>(triangle)), face);
  }
  return made.release();
} catch (...) {
  return nullptr;
}

void maquette_draco_encoder_free(maquette_draco_encoder *encoder) { delete encoder; }

int maquette_draco_add(
    maquette_draco_encoder *encoder, maquette_draco_kind kind, int components, const float *values,
    int bits, const float *lowest, float side) try {
  using draco::GeometryAttribute;
  const GeometryAttribute::Type types[] = {
      GeometryAttribute::POSITION, GeometryAttribute::NORMAL, GeometryAttribute::COLOR,
      GeometryAttribute::TEX_COORD, GeometryAttribute::GENERIC};
  GeometryAttribute layout;
  layout.Init(
      types[kind], nullptr, static_cast<int8_t>(components), draco::DT_FLOAT32, false,
      sizeof(float) * components, 0);
  const uint32_t points = encoder->mesh.num_points();
  const int id = encoder->mesh.AddAttribute(layout, true, points);
  if (id < 0) return -1;
  draco::PointAttribute *attribute = encoder->mesh.attribute(id);
  for (uint32_t point = 0; point < points; ++point)
    attribute->SetAttributeValue(draco::AttributeValueIndex(point), values + size_t(point) * components);
  encoder->kept.push_back({id, bits, components, std::vector<float>(lowest, lowest + components), side});
  return static_cast<int>(attribute->unique_id());
} catch (...) {
  return -1;
}

const uint8_t *maquette_draco_encode(maquette_draco_encoder *encoder, size_t *length) try {
  // Points with one value share it, which is what prediction feeds on.
  if (!encoder->mesh.DeduplicateAttributeValues()) return nullptr;
  encoder->encoder = std::make_unique<draco::ExpertEncoder>(encoder->mesh);
  draco::ExpertEncoder &expert = *encoder->encoder;
  expert.SetTrackEncodedProperties(true);
  expert.SetSpeedOptions(3, 5);
  for (const auto &kept : encoder->kept) {
    if (kept.side > 0)
      expert.SetAttributeExplicitQuantization(
          kept.id, kept.bits, kept.components, kept.lowest.data(), kept.side);
    else
      expert.SetAttributeQuantization(kept.id, kept.bits);
  }
  encoder->buffer.Clear();
  if (!expert.EncodeToBuffer(&encoder->buffer).ok()) return nullptr;
  *length = encoder->buffer.size();
  return reinterpret_cast<const uint8_t *>(encoder->buffer.data());
} catch (...) {
  return nullptr;
}

size_t maquette_draco_encoded_points(const maquette_draco_encoder *encoder) {
  return encoder->encoder->num_encoded_points();
}

size_t maquette_draco_encoded_triangles(const maquette_draco_encoder *encoder) {
  return encoder->encoder->num_encoded_faces();
}
