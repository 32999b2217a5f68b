import Geometry
import LinearMath

/// Writes binary STL: 80 bytes of header, a count, and 50 bytes a triangle.
enum STLWriter {
  static func write(_ mesh: Mesh) -> [UInt8] {
    var file = Array("Maquette binary STL".utf8)
    file += Array(repeating: 0x20, count: 80 - file.count)
    file.reserveCapacity(84 + 50 * mesh.triangles.count)
    file.append(little: UInt32(mesh.triangles.count))
    for triangle in mesh.triangles.indices {
      let (a, b, c) = mesh.corners(triangle)
      file.append((b - a).cross(c - a).normalized)
      file.append(a)
      file.append(b)
      file.append(c)
      file += [0, 0]
    }
    return file
  }
}
