import LinearMath
import Testing

import Geometry
import Work

private let torus = Mesh.torus(radius: 1, tube: 0.4, segments: 40, sides: 20)

/// A torus with its outer half pushed out: triangles of many sizes.
private let uneven: Mesh = {
  let moved = torus.positions.map { $0.x > 0 ? SIMD3($0.x * 5, $0.y, $0.z) : $0 }
  return try! Mesh(positions: moved, triangles: torus.triangles)
}()

@Suite struct BVHTests {
  /// Points inside, on and around the unit box times three.
  private static let points: [SIMD3<Float>] = {
    let generator = SeededGenerator(seed: 3)
    return (0..<300).map { index in
      var draw = generator.stream(index)
      return SIMD3(Float(draw.unit()), Float(draw.unit()), Float(draw.unit())) * 6 - 3
    }
  }()

  /// The answer by looking at every triangle.
  private static func nearest(_ mesh: Mesh, _ point: SIMD3<Float>) -> Float {
    mesh.triangles.indices.map { index in
      let (a, b, c) = mesh.corners(index)
      return (closestPointOnTriangle(point, a, b, c) - point).length
    }.min()!
  }

  @Test(arguments: [false, true])
  func closestPointsAreThoseOfASearchThroughAll(quick: Bool) {
    for mesh in [torus, uneven] {
      let tree = BVH(mesh, quick: quick)
      for point in Self.points {
        let expected = Self.nearest(mesh, point)
        let found = tree.closestPoint(to: point)!
        #expect(abs(found.squaredDistance.squareRoot() - expected) < 1e-5 * (1 + expected))
        #expect(abs((found.point - point).length - expected) < 1e-5 * (1 + expected))
        #expect(tree.closestPoint(to: point, within: expected * 0.99) == nil)
      }
    }
  }

  @Test func trianglesThatFaceAwayAreLeftOut() throws {
    // Two plates a hair apart, the upper facing up, the lower facing down.
    let mesh = try Mesh(
      positions: [
        [0, 0, 0.01], [1, 0, 0.01], [0, 1, 0.01], [0, 0, 0], [0, 1, 0], [1, 0, 0],
      ],
      triangles: [SIMD3(0, 1, 2), SIMD3(3, 4, 5)])
    let tree = BVH(mesh)
    let point = SIMD3<Float>(0.2, 0.2, -0.05)
    #expect(tree.closestPoint(to: point)?.triangle == 1)
    #expect(tree.closestPoint(to: point, facing: [0, 0, 1])?.triangle == 0)
  }

  @Test(arguments: [false, true])
  func raysHitWhatTheyMeetFirst(quick: Bool) {
    let tree = BVH(torus, quick: quick)
    // Straight down onto the tube, and down through the hole.
    let hit = tree.firstHit(from: [1, 5, 0], along: [0, -1, 0])
    #expect(hit != nil)
    #expect(abs((hit?.distance ?? 0) - 4.6) < 0.01)
    #expect(tree.firstHit(from: [0, 5, 0], along: [0, -1, 0]) == nil)
    #expect(tree.firstHit(from: [1, 5, 0], along: [0, -1, 0], far: 4) == nil)
    let inside = tree.firstHit(from: [1, 0, 0], along: [0, -1, 0])
    #expect(abs((inside?.distance ?? 0) - 0.4) < 0.01)
  }

  @Test func anEmptyMeshHasNothingNear() throws {
    let tree = BVH(try Mesh(positions: [], triangles: []))
    #expect(tree.isEmpty)
    #expect(tree.closestPoint(to: .zero) == nil)
    #expect(tree.firstHit(from: .zero, along: [1, 0, 0]) == nil)
  }

  @Test func manyTrianglesOnOneSpotDoNoHarm() throws {
    let mesh = try Mesh(
      positions: [[0, 0, 0], [1, 0, 0], [0, 1, 0]],
      triangles: Array(repeating: SIMD3(0, 1, 2), count: 100))
    #expect(BVH(mesh).closestPoint(to: [0.2, 0.2, 1])?.squaredDistance == 1)
  }

  /// Sums of such coordinates are infinite, differences not a number; nothing may trap on them.
  @Test func theLargestCoordinatesDoNoHarm() throws {
    let huge = Float.greatestFiniteMagnitude
    let box = Mesh.box()
    let mesh = try Mesh(positions: box.positions.map { $0 * huge }, triangles: box.triangles)
    #expect(!BVH(mesh).isEmpty && !BVH(mesh, quick: true).isEmpty)
    _ = try mesh.selfIntersectingTriangles()
    var settings = DecimateSettings()
    settings.targetTriangles = 4
    #expect(try mesh.decimated(settings, WorkContext()).mesh.triangles.count >= 4)
    #expect(!(try mesh.remeshed(RemeshSettings(), WorkContext()).mesh.triangles.isEmpty))
  }

  /// Triangles that shrink by the same factor again and again make the deepest trees.
  @Test func aTreeOfManyScalesIsSearchedToTheEnd() throws {
    var positions: [SIMD3<Float>] = []
    for step in 0..<3000 {
      let size = Float(
        sign: .plus, exponent: 60 - step / 16, significand: 1 + Float(step % 16) / 16)
      positions += [[size, 0, 0], [size * 1.01, 0, 0], [size, size * 0.01, 0]]
    }
    let triangles = (0..<3000 as Range<UInt32>).map { index -> SIMD3<UInt32> in
      let first = 3 * index
      return SIMD3(first, first + 1, first + 2)
    }
    let mesh = try Mesh(positions: positions, triangles: triangles)
    for quick in [false, true] {
      let tree = BVH(mesh, quick: quick)
      #expect(tree.closestPoint(to: [-1, -1, -1]) != nil)
      #expect(tree.firstHit(from: [1.001, 0.001, 1], along: [0, 0, -1]) != nil)
    }
  }

  /// Triangles of one line or one point have a nearest point too.
  @Test func trianglesWithoutAreaHaveANearestPoint() {
    let (a, c): (SIMD3<Float>, SIMD3<Float>) = ([0, 0, 0], [1, 0, 0])
    for corners in [[a, a, c], [a, c, c], [a, c, a], [c, a, a]] {
      let found = closestPointOnTriangle([0.5, 1, 0], corners[0], corners[1], corners[2])
      #expect((found - [0.5, 0, 0]).length < 1e-6, "\(corners)")
    }
    #expect(closestPointOnTriangle([0.5, 1, 0], a, a, a) == a)
  }
}
