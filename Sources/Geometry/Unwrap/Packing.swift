import LinearMath

/// Where charts lie in a square of pixels: the largest first, each upright or lying, as low as it goes, by the profile of
/// its pixels against that of what lies there (Lévy, Petitjean, Ray, Maillot, "Least squares conformal maps", 2002,
/// section 4).
struct Packing {
  /// The corner of each chart in pixels.
  let corners: [SIMD2<Int>]
  /// Which charts are turned by a right angle.
  let isTurned: [Bool]

  /// Nil where they do not fit.
  init?(_ shapes: [ChartShape], density: Float, side: Int, gutter: Int) {
    var corners = [SIMD2<Int>](repeating: .zero, count: shapes.count)
    var isTurned = [Bool](repeating: false, count: shapes.count)
    var skyline = [Int](repeating: 0, count: side)
    let upright = shapes.map { Profile($0, density: density, gutter: gutter) }
    let order = shapes.indices.sorted {
      let (a, b) = (upright[$0], upright[$1])
      return (max(a.height, a.width), min(a.height, a.width), $1)
        > (max(b.height, b.width), min(b.height, b.width), $0)
    }
    for shape in order {
      let lying = Profile(shapes[shape].turned, density: density, gutter: gutter)
      let (standing, lain) = (Self.place(upright[shape], skyline), Self.place(lying, skyline))
      isTurned[shape] = lain?.isBetter(than: standing) ?? false
      guard let place = isTurned[shape] ? lain : standing else { return nil }
      let profile = isTurned[shape] ? lying : upright[shape]
      guard place.base + profile.height <= side else { return nil }
      corners[shape] = SIMD2(place.column, place.base)
      for column in 0..<profile.width {
        skyline[place.column + column] = place.base + profile.top[column]
      }
    }
    (self.corners, self.isTurned) = (corners, isTurned)
  }

  /// Where a chart would lie, and what that would cost.
  private struct Place {
    let column, base: Int
    /// How high it would reach, and how much below it would be lost.
    let cost: Float

    func isBetter(than other: Place?) -> Bool { other.map { cost < $0.cost } ?? true }
  }

  private static func place(_ profile: Profile, _ skyline: [Int]) -> Place? {
    var best: Place?
    guard profile.width <= skyline.count else { return nil }
    let step = max(1, profile.width / 32)
    for place in stride(from: 0, through: skyline.count - profile.width, by: step) {
      var base = 0
      for column in 0..<profile.width {
        base = max(base, skyline[place + column] - profile.bottom[column])
      }
      var waste = 0
      for column in 0..<profile.width {
        waste += base + profile.bottom[column] - skyline[place + column]
      }
      let cost =
        Float(base + profile.height) + Self.wasteWeight * Float(waste) / Float(profile.width)
      let found = Place(column: place, base: base, cost: cost)
      if found.isBetter(than: best) { best = found }
    }
    return best
  }

  /// Of how high a chart reaches against what is lost below it; more or less of it wastes more.
  private static let wasteWeight: Float = 2

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
