import Geometry
import Imaging

/// Writes text OFF: positions and triangles, with colors of vertices where there are any.
enum OFFWriter {
  static func write(_ mesh: Mesh) -> [UInt8] {
    let colors = mesh.attributes.colors
    var text = colors.isEmpty ? "OFF\n" : "COFF\n"
    text += "\(mesh.positions.count) \(mesh.triangles.count) 0\n"
    for (index, p) in mesh.positions.enumerated() {
      // As many digits as bring the same number back.
      text += "\(p.x) \(p.y) \(p.z)"
      if !colors.isEmpty {
        let c = SRGB.encode(colors[index].clamped(lowerBound: .zero, upperBound: .one))
        text += " \(c.x) \(c.y) \(c.z) \(c.w)"
      }
      text += "\n"
    }
    for t in mesh.triangles { text += "3 \(t.x) \(t.y) \(t.z)\n" }
    return Array(text.utf8)
  }
}
