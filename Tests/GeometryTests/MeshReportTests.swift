import Geometry
import LinearMath
import Testing

@Suite struct MeshReportTests {
  struct Solid: Sendable, CustomTestStringConvertible {
    let name: String
    let mesh: Mesh
    let genus: Int
    let components: Int
    let volume: Double
    let area: Double
    var testDescription: String { name }
  }

  static let solids: [Solid] = [
    Solid(name: "box", mesh: .box(), genus: 0, components: 1, volume: 8, area: 24),
    Solid(
      name: "sphere", mesh: .icosphere(levels: 5), genus: 0, components: 1,
      volume: 4.0 / 3 * .pi, area: 4 * .pi),
    Solid(
      name: "torus", mesh: .torus(radius: 2, tube: 0.5, segments: 200, sides: 100), genus: 1,
      components: 1, volume: 2 * .pi * .pi * 2 * 0.25, area: 4 * .pi * .pi * 2 * 0.5),
    Solid(
      name: "two boxes",
      mesh: .merged([.box(), .box(from: [5, 5, 5], to: [6, 6, 6])]), genus: 0, components: 2,
      volume: 9, area: 30),
  ]

  @Test(arguments: solids) func measuresSolids(_ solid: Solid) {
    let report = solid.mesh.report()
    #expect(report.isWatertight && report.isManifold && report.isOriented)
    #expect(report.genus == solid.genus && report.components == solid.components)
    #expect(abs(report.volume / solid.volume - 1) < 0.002)
    #expect(abs(report.area / solid.area - 1) < 0.002)
    #expect(report.degenerateTriangles == 0 && report.duplicateTriangles == 0)
  }

  private func edited(_ mesh: Mesh, _ edit: (inout [SIMD3<UInt32>]) -> Void) throws -> MeshReport {
    var triangles = mesh.triangles
    edit(&triangles)
    return try Mesh(positions: mesh.positions, triangles: triangles).report()
  }

  @Test func countsDefects() throws {
    let open = try edited(.box()) { $0.removeLast() }
    #expect(open.boundaryEdges == 3 && !open.isWatertight && open.genus == nil)

    let flipped = try edited(.box()) { $0[0] = [$0[0].x, $0[0].z, $0[0].y] }
    #expect(flipped.misorientedEdges == 3 && flipped.isWatertight)

    let doubled = try edited(.box()) { $0.append($0[0]) }
    #expect(doubled.duplicateTriangles == 1 && doubled.nonManifoldEdges == 3)

    let degenerate = try edited(.box()) { $0.append([0, 0, 1]) }
    #expect(degenerate.degenerateTriangles == 1 && degenerate.isWatertight)

    let nothing = try Mesh(positions: [[0, 0, 0], [1, 0, 0]], triangles: [[0, 0, 1]]).report()
    #expect(!nothing.isWatertight && nothing.genus == nil)
  }

  @Test func findsTwoFansAtOnePoint() throws {
    // Two tetrahedra that touch in one vertex.
    let corners: [SIMD3<Float>] = [
      [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0], [0, -1, 0], [0, 0, -1],
    ]
    let first: [SIMD3<UInt32>] = [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]
    let second: [SIMD3<UInt32>] = [[0, 4, 5], [0, 6, 4], [0, 5, 6], [4, 6, 5]]
    let report = try Mesh(positions: corners, triangles: first + second).report()
    #expect(report.nonManifoldVertices == 1 && report.nonManifoldEdges == 0)
    #expect(report.isWatertight && !report.isManifold)
    #expect(report.components == 1)
  }

  @Test func seamsDoNotCut() {
    #expect(Mesh.icosphere(levels: 2).withFlatNormals().report().isWatertight)
  }

  @Test func samplesFollowArea() {
    // A box ten times as long as wide: its four long sides hold 40 of 42 parts of the area.
    let mesh = Mesh.box(from: [0, 0, 0], to: [10, 1, 1])
    let samples = mesh.sampledSurface(count: 4200, seed: 3)
    #expect(samples == mesh.sampledSurface(count: 4200, seed: 3))
    let ends = samples.count { sample in
      let x = mesh.interpolated(mesh.positions, at: sample).x
      return x < 1e-6 || x > 10 - 1e-6
    }
    #expect((190...210).contains(ends))
    #expect(samples.allSatisfy { abs($0.weights.sum() - 1) < 1e-5 && $0.weights.min() >= 0 })
  }
}
