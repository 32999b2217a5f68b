import LinearMath
import Testing

import Geometry
import Work

@Suite struct SelfIntersectionTests {
  private static func count(_ positions: [SIMD3<Float>], _ triangles: [SIMD3<UInt32>]) throws
    -> Int
  {
    try Mesh(positions: positions, triangles: triangles).selfIntersectingTriangles().count
  }

  private static let flat: [SIMD3<Float>] = [[0, 0, 0], [4, 0, 0], [0, 4, 0]]

  @Test func closedShapesHaveNone() throws {
    for mesh in [Mesh.box(), .icosphere(levels: 3), .torus(radius: 1, tube: 0.3)] {
      #expect(try mesh.selfIntersectingTriangles() == [])
    }
  }

  @Test func aNeedleThroughATriangleCutsIt() throws {
    let needle: [SIMD3<Float>] = [[1, 1, -1], [1, 1, 1], [1.1, 1, 1]]
    #expect(try Self.count(Self.flat + needle, [SIMD3(0, 1, 2), SIMD3(3, 4, 5)]) == 2)
  }

  @Test func touchingCounts() throws {
    let standing: [SIMD3<Float>] = [[1, 1, 0], [1, 1, 1], [2, 1, 1]]
    #expect(try Self.count(Self.flat + standing, [SIMD3(0, 1, 2), SIMD3(3, 4, 5)]) == 2)
    // One unit in the last place above is not touching.
    let above: [SIMD3<Float>] = [[1, 1, .leastNonzeroMagnitude], [1, 1, 1], [2, 1, 1]]
    #expect(try Self.count(Self.flat + above, [SIMD3(0, 1, 2), SIMD3(3, 4, 5)]) == 0)
  }

  @Test func neighboursMayShareAnEdgeButNotFoldOntoOneAnother() throws {
    let bent: [SIMD3<Float>] = [[0, 0, 1]]
    #expect(try Self.count(Self.flat + bent, [SIMD3(0, 1, 2), SIMD3(1, 0, 3)]) == 0)
    let folded: [SIMD3<Float>] = [[1, 2, 0]]
    #expect(try Self.count(Self.flat + folded, [SIMD3(0, 1, 2), SIMD3(1, 0, 3)]) == 2)
  }

  @Test func trianglesWithOneCommonPointMayCutFartherOn() throws {
    let apart: [SIMD3<Float>] = [[-1, 0, 0], [0, -1, 0]]
    #expect(try Self.count(Self.flat + apart, [SIMD3(0, 1, 2), SIMD3(0, 3, 4)]) == 0)
    let through: [SIMD3<Float>] = [[2, 1, -1], [1, 1, 1]]
    #expect(try Self.count(Self.flat + through, [SIMD3(0, 1, 2), SIMD3(0, 3, 4)]) == 2)
  }

  @Test func overlapOnOnePlaneCounts() throws {
    let shifted = Self.flat.map { $0 + SIMD3(1, 1, 0) }
    #expect(try Self.count(Self.flat + shifted, [SIMD3(0, 1, 2), SIMD3(3, 4, 5)]) == 2)
  }

  @Test func threadsDoNotChangeTheAnswer() throws {
    let ball = Mesh.icosphere(levels: 3)
    let moved = try Mesh(
      positions: ball.positions.map { $0 + SIMD3(0.5, 0.1, 0) }, triangles: ball.triangles)
    let both = Mesh.merged([ball, moved])
    let one = try both.selfIntersectingTriangles(WorkContext(threads: 1))
    #expect(!one.isEmpty)
    #expect(try both.selfIntersectingTriangles(WorkContext(threads: 3)) == one)
  }
}
