import Geometry
import LinearMath
import Scenes

/// Writes binary STL: 80 bytes of header, a count, and 50 bytes a triangle. Colors as Magics has them.
enum STLWriter {
  static func write(_ scene: Scene) -> [UInt8] {
    let mesh = scene.merged()
    let colors = STLColors.words(scene)
    var file = Array("Maquette binary STL ".utf8) + (colors?.header ?? [])
    file += Array(repeating: 0x20, count: 80 - file.count)
    file.reserveCapacity(84 + 50 * mesh.triangles.count)
    file.append(little: UInt32(mesh.triangles.count))
    for triangle in mesh.triangles.indices {
      let (a, b, c) = mesh.corners(triangle)
      file.append((b - a).cross(c - a).normalized)
      file.append(a)
      file.append(b)
      file.append(c)
      let word = colors?.words[triangle] ?? 0
      file.append(UInt8(truncatingIfNeeded: word))
      file.append(UInt8(word >> 8))
    }
    return file
  }
}
