import Geometry
import LinearMath
import Work

/// A surface for views too few and too far apart to match: within the hull, touching every outline, and otherwise as
/// little bent as can be. The hull of few views has edges where cones meet that no object has; of all surfaces that the
/// outlines allow, the thin plate is taken (rims as constraints after Prasad, Zisserman, Fitzgibbon, "Single view
/// reconstruction of curved surfaces", 2006; the energy is Σ |Laplacian|²).
struct FairSurface {
  private let rings: VertexRings
  private let hull: HullField
  /// Where vertices are drawn to.
  private var ties: [Tie]

  private struct Tie {
    let vertex: Int
    let place: SIMD3<Float>
    /// Along it the vertex may slide; zero for none.
    let free: SIMD3<Float>
  }

  /// - Parameter mesh: the hull's surface, closed, of even triangles.
  static func of(_ mesh: Mesh, in set: ViewSet, _ work: WorkContext) throws -> Mesh {
    var surface = FairSurface(mesh, HullField(set))
    let rims = set.rimTies(of: mesh).map { Tie(vertex: $0, place: $1, free: $2) }
    // Without outlines to hold it a plate shrinks to nothing.
    guard rims.count >= 50 else { return mesh }
    // The first plate hangs on the rims alone: on its way through the hull's edges all of it would be drawn back.
    surface.ties = rims
    var positions = surface.solved(from: mesh.positions)
    for _ in 0..<9 {
      try work.checkCancelled()
      surface.ties = rims + surface.ties(of: positions)
      positions = surface.solved(from: positions)
    }
    return try Mesh(positions: positions, triangles: mesh.triangles)
  }

  private init(_ mesh: Mesh, _ hull: HullField) {
    rings = VertexRings(mesh.triangles, count: mesh.positions.count)
    (self.hull, ties) = (hull, [])
  }

  /// What has left the hull is drawn back to it.
  private func ties(of positions: [SIMD3<Float>]) -> [Tie] {
    positions.indices.compactMap { vertex -> Tie? in
      let place = positions[vertex]
      let depth = hull.depth(place)
      guard depth < -1e-3 else { return nil }
      let step: Float = 2e-3
      var slope = SIMD3<Float>.zero
      for axis in 0..<3 {
        var next = place
        next[axis] += step
        slope[axis] = (hull.depth(next) - depth) / step
      }
      guard slope.lengthSquared > 0.01 else { return nil }
      return Tie(
        vertex: vertex, place: place - slope * (depth / slope.lengthSquared), free: .zero)
    }
  }

  /// Minimises Σ |L x|² and the ties by conjugate gradients.
  private func solved(from start: [SIMD3<Float>]) -> [SIMD3<Float>] {
    var x = start
    var goal = [SIMD3<Float>](repeating: .zero, count: x.count)
    for tie in ties {
      goal[tie.vertex] += (tie.place - tie.free * tie.free.dot(tie.place))
    }
    var residual = zip(goal, applied(to: x)).map { $0 - $1 }
    var direction = residual
    var square = Self.dot(residual, residual)
    let enough = 1e-13 * max(Self.dot(goal, goal), 1e-20)
    for _ in 0..<5000 where square > enough {
      let image = applied(to: direction)
      let step = Float(square / Self.dot(direction, image))
      for index in x.indices {
        x[index] += direction[index] * step
        residual[index] -= image[index] * step
      }
      let next = Self.dot(residual, residual)
      let share = Float(next / square)
      for index in x.indices { direction[index] = residual[index] + direction[index] * share }
      square = next
    }
    return x
  }

  private func applied(to x: [SIMD3<Float>]) -> [SIMD3<Float>] {
    var y = laplacian(laplacian(x))
    for tie in ties {
      let v = x[tie.vertex]
      y[tie.vertex] += (v - tie.free * tie.free.dot(v))
    }
    return y
  }

  /// The graph's: symmetric, so that its square is the gradient of the energy.
  private func laplacian(_ x: [SIMD3<Float>]) -> [SIMD3<Float>] {
    x.indices.map { vertex in
      let ring = rings[vertex]
      var sum = x[vertex] * Float(ring.count)
      for other in ring { sum -= x[Int(other)] }
      return sum / 6
    }
  }

  private static func dot(_ a: [SIMD3<Float>], _ b: [SIMD3<Float>]) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0.dot($1.1)) }
  }
}
