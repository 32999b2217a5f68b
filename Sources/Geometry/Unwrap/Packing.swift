import LinearMath

/// Where charts lie in a square of pixels: the largest first, each as low as it goes, by the profile of its pixels
/// against that of what lies there (Lévy, Petitjean, Ray, Maillot, "Least squares conformal maps", 2002, section 4).
struct Packing {
  /// The corner of each chart in pixels.
  let corners: [SIMD2<Int>]

  /// Nil where they do not fit.
  init?(_ shapes: [ChartShape], density: Float, side: Int, gutter: Int) {
    var corners = [SIMD2<Int>](repeating: .zero, count: shapes.count)
    var skyline = [Int](repeating: 0, count: side)
    let profiles = shapes.map { Profile($0, density: density, gutter: gutter) }
    let order = shapes.indices.sorted {
      (profiles[$0].height, profiles[$0].width, $1) > (profiles[$1].height, profiles[$1].width, $0)
    }
    for shape in order {
      let profile = profiles[shape]
      guard profile.width <= side, profile.height <= side else { return nil }
      var best = (place: 0, base: Int.max, waste: Int.max)
      let step = max(1, profile.width / 16)
      for place in stride(from: 0, through: side - profile.width, by: step) {
        var base = 0
        for column in 0..<profile.width {
          base = max(base, skyline[place + column] - profile.bottom[column])
          if base > best.base { break }
        }
        if base > best.base { continue }
        var waste = 0
        for column in 0..<profile.width {
          waste += base + profile.bottom[column] - skyline[place + column]
        }
        if base < best.base || waste < best.waste { best = (place, base, waste) }
      }
      guard best.base + profile.height <= side else { return nil }
      corners[shape] = SIMD2(best.place, best.base)
      for column in 0..<profile.width {
        skyline[best.place + column] = best.base + profile.top[column]
      }
    }
    self.corners = corners
  }

  /// The lowest and the highest pixel of each column of a chart, with its gutter.
  private struct Profile {
    let bottom, top: [Int]
    let height: Int
    var width: Int { bottom.count }

    init(_ shape: ChartShape, density: Float, gutter: Int) {
      let size = shape.size * density
      let width = Int(size.x) + 2 + 2 * gutter
      var low = [Float](repeating: .infinity, count: width)
      var high = [Float](repeating: 0, count: width)
      for triangle in shape.triangles {
        for corner in 0..<3 {
          let a = shape.places[Int(triangle[corner])] * density
          let b = shape.places[Int(triangle[corner == 2 ? 0 : corner + 1])] * density
          let (left, right) = a.x < b.x ? (a, b) : (b, a)
          let (bottom, top) = (min(a.y, b.y), max(a.y, b.y))
          for column in Int(left.x)...Int(right.x) {
            // Where the edge is within the column.
            let slope = right.x > left.x ? (right.y - left.y) / (right.x - left.x) : 0
            let from = left.y + slope * (max(Float(column), left.x) - left.x)
            let to = left.y + slope * (min(Float(column + 1), right.x) - left.x)
            let (y0, y1) =
              right.x > left.x ? (min(from, to), max(from, to)) : (bottom, top)
            for near in column...column + 2 * gutter {
              low[near] = min(low[near], y0)
              high[near] = max(high[near], y1)
            }
          }
        }
      }
      bottom = low.map { $0 == .infinity ? 0 : Int($0) }
      top = high.map { Int($0) + 2 + 2 * gutter }
      height = top.max()!
    }
  }
}
