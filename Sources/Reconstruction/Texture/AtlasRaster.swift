package import Geometry
package import Imaging
import LinearMath

/// Where in space each pixel of an atlas is.
package struct AtlasRaster: Sendable {
  package let side: Int
  /// The triangle of each pixel, or -1.
  package let triangles: [Int32]
  /// Weights of the triangle's second and third corner.
  package let weights: [SIMD2<Float>]

  /// - Parameter mesh: with an atlas as its first UV set.
  package init(_ mesh: Mesh, side: Int) {
    self.side = side
    var triangles = [Int32](repeating: -1, count: side * side)
    var weights = [SIMD2<Float>](repeating: .zero, count: side * side)
    let uvs = mesh.attributes.uvs[0]
    for (index, triangle) in mesh.triangles.enumerated() {
      // v runs downwards, so the triangle is turned over in pixels; with two corners exchanged it is not.
      let a = uvs[Int(triangle.x)] * Float(side)
      var (b, c) = (uvs[Int(triangle.z)] * Float(side), uvs[Int(triangle.y)] * Float(side))
      var area = (b - a).x * (c - a).y - (b - a).y * (c - a).x
      // A mirrored chart.
      let isMirrored = area < 0
      if isMirrored { (b, c, area) = (c, b, -area) }
      let (u, v) = (b - a, c - a)
      guard area > 0 else { continue }
      PlaneRaster.forEachPixel(a, b, c, width: side, height: side) { x, y in
        let p = SIMD2(Float(x) + 0.5, Float(y) + 0.5) - a
        let third = (p.x * v.y - p.y * v.x) / area
        let second = (u.x * p.y - u.y * p.x) / area
        triangles[y * side + x] = Int32(index)
        weights[y * side + x] = isMirrored ? SIMD2(third, second) : SIMD2(second, third)
      }
    }
    (self.triangles, self.weights) = (triangles, weights)
  }
}

/// A picture that grows into what is empty.
package enum GutterFill {
  /// Filled, as RGB in 8 bits, of codes.
  package static func picture(_ colors: [SIMD4<Float>], side: Int) -> Image {
    var colors = colors
    fill(&colors, side: side)
    var bytes = [UInt8](repeating: 0, count: 3 * side * side)
    for pixel in colors.indices {
      for channel in 0..<3 {
        bytes[3 * pixel + channel] = UInt8(min(max(colors[pixel][channel].rounded(), 0), 255))
      }
    }
    return Image(width: side, height: side, channels: 3, bytes: bytes)
  }

  /// Fills pixels without a color from those with one: from coarser and coarser means of them, then back (Gortler et al.,
  /// "The lumigraph", 1996, push-pull), so that no seam shows at any distance.
  package static func fill(_ colors: inout [SIMD4<Float>], side: Int) {
    guard side > 1 else { return }
    let half = (side + 1) / 2
    var coarse = [SIMD4<Float>](repeating: .zero, count: half * half)
    for y in 0..<half {
      for x in 0..<half {
        var sum = SIMD4<Float>.zero
        for dy in 0...1 {
          for dx in 0...1 where 2 * y + dy < side && 2 * x + dx < side {
            let color = colors[(2 * y + dy) * side + 2 * x + dx]
            if color.w > 0 { sum += SIMD4(color.x, color.y, color.z, 1) }
          }
        }
        coarse[y * half + x] = sum.w > 0 ? sum / sum.w : .zero
      }
    }
    if coarse.contains(where: { $0.w == 0 }) && half < side { fill(&coarse, side: half) }
    for y in 0..<side {
      for x in 0..<side where colors[y * side + x].w == 0 {
        colors[y * side + x] = coarse[y / 2 * half + x / 2]
      }
    }
  }
}
