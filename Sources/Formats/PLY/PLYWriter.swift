import Geometry
import Imaging

/// Writes binary little-endian PLY.
enum PLYWriter {
  /// A mesh with its normals, first UV set (as s, t) and 8-bit sRGB colours.
  static func write(_ mesh: Mesh) -> [UInt8] {
    let streams = mesh.attributes
    let uvs = streams.uvs.first ?? []
    var properties = ["float x", "float y", "float z"]
    if !streams.normals.isEmpty { properties += ["float nx", "float ny", "float nz"] }
    if !uvs.isEmpty { properties += ["float s", "float t"] }
    if !streams.colors.isEmpty {
      properties += ["uchar red", "uchar green", "uchar blue", "uchar alpha"]
    }
    var header = "ply\nformat binary_little_endian 1.0\ncomment Maquette\n"
    header += "element vertex \(mesh.positions.count)\n"
    header += properties.map { "property \($0)\n" }.joined()
    header += "element face \(mesh.triangles.count)\n"
    header += "property list uchar int vertex_indices\nend_header\n"
    var file = Array(header.utf8)
    for vertex in mesh.positions.indices {
      file.append(mesh.positions[vertex])
      if !streams.normals.isEmpty { file.append(streams.normals[vertex]) }
      if !uvs.isEmpty {
        file.append(little: uvs[vertex].x)
        file.append(little: 1 - uvs[vertex].y)
      }
      if !streams.colors.isEmpty {
        let light = streams.colors[vertex]
        for channel in 0..<3 { file.append(SRGB.code(light[channel])) }
        file.append(UInt8((min(max(light.w, 0), 1) * 255).rounded()))
      }
    }
    for triangle in mesh.triangles {
      file.append(3)
      for corner in 0..<3 { file.append(little: triangle[corner]) }
    }
    return file
  }
}
