import LinearMath
import Work

/// How thick a solid is behind its surface, along the inward normal.
struct WallThickness {
  private let mesh: Mesh
  /// Samples: the triangle, the place, the thickness behind it and the area it stands for.
  private var samples: [Sample] = []

  private struct Sample {
    let triangle: Int
    /// The triangle on the wall's other side.
    let opposite: Int
    let place: SIMD3<Float>
    let thickness: Float
    let area: Double
  }

  /// Points spread over the surface besides the middle of each triangle.
  private static let spread = 20_000

  init(_ mesh: Mesh, seed: UInt64, _ work: WorkContext) throws {
    self.mesh = mesh
    let tree = BVH(mesh, quick: true)
    let area = mesh.area
    let points = mesh.sampledSurface(count: Self.spread, seed: seed)
    let middles = mesh.triangles.indices.map {
      SurfacePoint(triangle: $0, weights: SIMD3(repeating: 1 / 3))
    }
    let all = points + middles
    let step = mesh.bounds.diagonal * 1e-6
    var found = [Sample?](repeating: nil, count: all.count)
    try parallelFill(&found, chunk: 1024, work) { first, piece in
      for index in piece.indices {
        let point = all[first + index]
        let normal = mesh.areaNormal(point.triangle)
        guard normal.length > 0 else { continue }
        let place = mesh.interpolated(mesh.positions, at: point)
        let inward = SIMD3<Float>(-normal / normal.length)
        guard let hit = tree.firstHit(from: place + inward * step, along: inward) else { continue }
        // What is met from the side is the neighbour in a corner, not the other face of a wall.
        let facing = SIMD3<Float>(mesh.areaNormal(hit.triangle))
        guard facing.dot(inward) > 0.3 * facing.length else { continue }
        piece[index] = Sample(
          triangle: point.triangle, opposite: hit.triangle, place: place,
          thickness: hit.distance + step,
          area: first + index < points.count ? area / Double(points.count) : 0)
      }
    }
    samples = found.compactMap { $0 }
  }

  /// Nil where no two faces look opposite ways. Of the points spread over the surface only: slivers have
  /// middles of no account.
  var least: Double? { samples.filter { $0.area > 0 }.map(\.thickness).min().map(Double.init) }

  /// Smaller regions than half a wall across are corners and slivers, not walls.
  func regions(thinnerThan limit: Double) -> [PrintRegion] {
    let thin = samples.filter { Double($0.thickness) < limit }
    // A wall is one region with both its faces.
    let faces = thin.map { ($0.triangle, $0.opposite) }
    return mesh.regions(thin.map(\.triangle), joining: faces) { members in
      let least = members.min { thin[$0].thickness < thin[$1].thickness }!
      return PrintRegion(
        center: thin[least].place, area: members.reduce(0) { $0 + thin[$1].area },
        extreme: Double(thin[least].thickness))
    }.filter { $0.area > limit * limit / 4 }
  }
}
