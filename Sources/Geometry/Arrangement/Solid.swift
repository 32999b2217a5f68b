import LinearMath
import Work

extension Soup {
  /// The surface of those cells of an arranged, closed soup whose winding numbers pass a test. Nil where
  /// the soup is not closed.
  ///
  /// Closed in the sense that about each edge as many triangles run one way as the other; where solids
  /// touch in an edge or a point that is not yet manifold.
  func solid(
    _ work: WorkContext, where isSolid: (SIMD2<Int32>) -> Bool
  ) throws -> Soup? {
    guard let cells = try Cells(self, work) else { return nil }
    var result = Soup(positions: positions, triangles: [], sources: [])
    for (index, triangle) in cells.triangles.enumerated() {
      let (front, back) = (isSolid(cells.front[index]), isSolid(cells.back(index)))
      if front == back { continue }
      let turned = SIMD3(triangle.x, triangle.z, triangle.y)
      result.append(back ? triangle : turned, source: sources[cells.members[index]])
    }
    return result
  }
}
