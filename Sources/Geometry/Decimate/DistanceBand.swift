import LinearMath
import Work

/// How near and how far from another surface a surface may come while it is decimated.
struct DistanceBand: Sendable {
  let tree: BVH
  let range: ClosedRange<Float>

  /// Whether the point is as far from the other surface as may be.
  func holds(_ point: SIMD3<Float>) -> Bool {
    range.contains(tree.squaredDistance(to: point).squareRoot())
  }

  /// The same of a point of a face, which must also look at the other surface: folds do not.
  func holds(_ point: SIMD3<Float>, facing normal: SIMD3<Float>) -> Bool {
    guard let closest = tree.closestPoint(to: point) else { return false }
    let distance = closest.squaredDistance.squareRoot()
    return range.contains(distance)
      && normal.dot(closest.point - point) >= 0.3 * distance * normal.length
  }
}

extension Mesh {
  /// A closed shell with as few triangles as keep it in its band: collapses whose faces would leave it,
  /// at their corners, on their sides' middles or in their own, are left out.
  func thinned(within band: DistanceBand, _ work: WorkContext) throws -> Mesh {
    var kernel = HalfedgeMesh(self, weld: Weld(positions))
    let unit = kernel.usualUnit
    kernel.scale(by: unit)
    var decimator = Decimator(kernel, goal: DecimationGoal(), keepsVertices: false)
    decimator.band = band
    decimator.bandUnit = 1 / unit
    try decimator.run(guarding: IntersectionWatch(), work)
    decimator.mesh.scale(by: 1 / unit)
    return decimator.mesh.finish().mesh
  }
}
