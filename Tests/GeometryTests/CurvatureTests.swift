import LinearMath
import Testing

import Geometry
import Work

@Suite struct CurvatureTests {
  @Test(arguments: [Float(0.5), 3]) func aBallBendsAlike(radius: Float) throws {
    let ball = Mesh.icosphere(levels: 4)
    let mesh = try Mesh(positions: ball.positions.map { $0 * radius }, triangles: ball.triangles)
    for curvature in mesh.principalCurvatures() {
      #expect(abs(curvature.first * Double(radius) - 1) < 0.03)
      #expect(abs(curvature.second * Double(radius) - 1) < 0.03)
    }
  }

  @Test func aTorusIsASaddleInside() {
    let torus = Mesh.torus(radius: 1, tube: 0.25, segments: 128, sides: 64)
    let curvatures = torus.principalCurvatures()
    for (position, curvature) in zip(torus.positions, curvatures) {
      let axis = Double((position.x * position.x + position.z * position.z).squareRoot())
      let around = (axis - 1) / 0.25 / axis
      #expect(abs(curvature.first - 4) < 0.1)
      #expect(abs(curvature.second - around) < 0.1, "\(position)")
    }
  }

  @Test func blueNoiseHasNoNearNeighboursAndTheRightCount() {
    let ball = Mesh.icosphere(levels: 4)
    let count = 500
    let samples = ball.blueNoiseSamples(count: count, seed: 3)
    let points = samples.map { ball.interpolated(ball.positions, at: $0) }
    #expect(samples.count == count)
    #expect(samples == ball.blueNoiseSamples(count: count, seed: 3))
    var least = Float.infinity
    for i in points.indices {
      for j in 0..<i { least = min(least, (points[i] - points[j]).length) }
    }
    // The densest packing has 0.17; random points come as near as 0.002.
    #expect(least > 0.1, "two are \(least) apart")
  }

  @Test func aRefittedTreeAnswersAsANewOne() throws {
    let torus = Mesh.torus(radius: 1, tube: 0.3, segments: 40, sides: 20)
    var tree = BVH(torus)
    let bent = try Mesh(
      positions: torus.positions.map { SIMD3($0.x * 2, $0.y + $0.x * $0.x, $0.z * 0.5) },
      triangles: torus.triangles)
    try tree.refit(to: bent)
    let fresh = BVH(bent)
    #expect(tree.box == fresh.box)
    let generator = SeededGenerator(seed: 9)
    for index in 0..<500 {
      var draw = generator.stream(index)
      let point = SIMD3(Float(draw.unit()), Float(draw.unit()), Float(draw.unit())) * 6 - 3
      let (a, b) = (tree.closestPoint(to: point), fresh.closestPoint(to: point))
      #expect(a?.squaredDistance == b?.squaredDistance)
    }
    #expect(throws: MeshError.self) { try tree.refit(to: Mesh.icosphere(levels: 1)) }
  }

  @Test(arguments: [Float(1e-30), 1, 1e10, 1e30])
  func blueNoiseTakesAnySize(size: Float) throws {
    // Two small triangles far apart, and a sliver.
    let corners: [SIMD3<Float>] = [
      [0, 0, 0], [1, 0, 0], [0, 1, 0], [1e8, 0, 0], [1e8, 1, 0], [1e8, 0, 1],
      [0, 0, 5], [1e6, 0, 5], [0, 1e-6, 5],
    ]
    let mesh = try Mesh(
      positions: corners.map { $0 * size }, triangles: [[0, 1, 2], [3, 4, 5], [6, 7, 8]])
    #expect(mesh.blueNoiseSamples(count: 50, seed: 0).count <= 50)
    #expect(mesh.blueNoiseSamples(count: .max, seed: 0).isEmpty)
  }
}
