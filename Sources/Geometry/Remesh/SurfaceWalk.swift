import LinearMath

/// The way over the input from a triangle to the one nearest to a point: a few steps to neighbours, since
/// vertices hardly move from one round to the next. On a thin wall it stays on its side.
struct SurfaceWalk {
  private let mesh: Mesh
  private let twins: [Halfedge]
  private let sources: [UInt32]
  private let faceOfTriangle: [UInt32]

  /// - Parameter kernel: the neighbourhoods of `mesh`, before any operator.
  init(_ mesh: Mesh, _ kernel: borrowing HalfedgeMesh) {
    self.mesh = mesh
    twins = kernel.twins
    sources = kernel.sources
    var faces = [UInt32](repeating: .max, count: mesh.triangles.count)
    for (face, source) in kernel.sources.enumerated() { faces[Int(source)] = UInt32(face) }
    faceOfTriangle = faces
  }

  private static var mostSteps: Int { 24 }

  /// The point nearest to `target` that is found going downhill from a triangle, and the triangle it is
  /// on; nil where that takes too long or begins nowhere.
  func nearest(to target: SIMD3<Float>, from triangle: UInt32) -> (SIMD3<Float>, UInt32)? {
    let start = faceOfTriangle[Int(triangle)]
    guard start != .max else { return nil }
    var best = closest(target, start)
    for _ in 0..<Self.mostSteps {
      var next = best
      for corner in 0..<3 as Range<UInt32> {
        let twin = twins[Int(best.face << 2 | corner)]
        if twin.exists { next = nearer(next, closest(target, twin.face.index)) }
      }
      // At a corner the nearer face may be across it.
      if next.face == best.face { next = aroundCorner(target, best) }
      if next.face == best.face { return (best.point, sources[Int(best.face)]) }
      best = next
    }
    return nil
  }

  private typealias Place = (face: UInt32, point: SIMD3<Float>, square: Float)

  private func nearer(_ a: Place, _ b: Place) -> Place { b.square < a.square ? b : a }

  private func closest(_ target: SIMD3<Float>, _ face: UInt32) -> Place {
    let (a, b, c) = mesh.corners(Int(sources[Int(face)]))
    let point = closestPointOnTriangle(target, a, b, c)
    return (face, point, (point - target).lengthSquared)
  }

  /// The nearest of the faces about the corner where `place` is, if it is at one.
  private func aroundCorner(_ target: SIMD3<Float>, _ place: Place) -> Place {
    let (a, b, c) = mesh.corners(Int(sources[Int(place.face)]))
    guard let corner = [a, b, c].firstIndex(of: place.point) else { return place }
    var best = place
    var turning = Halfedge(place.face << 2 | UInt32(corner))
    for _ in 0..<32 {
      turning = twins[turning.previous.slot]
      guard turning.exists, turning.face.index != place.face else { break }
      best = nearer(best, closest(target, turning.face.index))
    }
    return best
  }
}
