import LinearMath
import Testing

import Geometry
import Work

/// Shapes with a defect, and what repair has to make of them.
struct BrokenShape: CustomTestStringConvertible, Sendable {
  let name: String
  let mesh: Mesh
  /// The volume of the solid; nil where any is right.
  var volume: Double?
  var parts = 1
  /// The least share of the triangles that comes back bit by bit, in %.
  var untouched = 100.0

  var testDescription: String { name }

  static func mesh(_ positions: [SIMD3<Float>], _ triangles: [SIMD3<UInt32>]) -> Mesh {
    try! Mesh(positions: positions, triangles: triangles)
  }

  private static func without(_ mesh: Mesh, _ gone: Set<Int>) -> Mesh {
    Self.mesh(
      mesh.positions,
      mesh.triangles.indices.filter { !gone.contains($0) }.map { mesh.triangles[$0] })
  }

  private static func turned(_ mesh: Mesh, where isTurned: (Int) -> Bool) -> Mesh {
    Self.mesh(
      mesh.positions,
      mesh.triangles.enumerated().map { index, t in
        isTurned(index) ? SIMD3(t.x, t.z, t.y) : t
      })
  }

  private static func soup(_ mesh: Mesh, jitter: Float) -> Mesh {
    var generator = SeededGenerator(seed: 3)
    var positions: [SIMD3<Float>] = []
    for triangle in mesh.triangles.indices {
      let (a, b, c) = mesh.corners(triangle)
      for corner in [a, b, c] {
        func noise() -> Float { jitter * Float(generator.unit() - 0.5) }
        positions.append(corner + SIMD3(noise(), noise(), noise()))
      }
    }
    return Self.mesh(
      positions,
      mesh.triangles.indices.map { SIMD3(UInt32(3 * $0), UInt32(3 * $0 + 1), UInt32(3 * $0 + 2)) })
  }

  static let all: [BrokenShape] = {
    let ball = Mesh.icosphere(levels: 3)
    let ballVolume = ball.report().volume
    let box = Mesh.box()
    let second = Mesh.box(from: [0, 0, 0], to: [2, 2, 2])
    return [
      BrokenShape(name: "one triangle missing", mesh: without(ball, [7]), volume: ballVolume),
      BrokenShape(
        name: "a box without its lid", mesh: without(box, [0, 1]), volume: 8),
      BrokenShape(
        name: "inside out", mesh: turned(ball) { _ in true }, volume: ballVolume),
      BrokenShape(
        name: "mixed windings", mesh: turned(ball) { $0 % 3 == 0 }, volume: ballVolume),
      BrokenShape(
        name: "every triangle twice", mesh: Mesh.merged([ball, ball]), volume: ballVolume),
      BrokenShape(
        name: "two boxes through one another", mesh: Mesh.merged([box, second]), volume: 15,
        untouched: 40),
      BrokenShape(
        name: "two boxes side by side",
        mesh: Mesh.merged([box, .box(from: [1, -1, -1], to: [2, 1, 1])]),
        volume: 12, untouched: 60),
      BrokenShape(
        name: "a box in a box",
        mesh: Mesh.merged([box, .box(from: [-0.5, -0.5, -0.5], to: [0.5, 0.5, 0.5])]), volume: 8,
        untouched: 50),
      BrokenShape(
        name: "a cavity stays",
        mesh: Mesh.merged([
          box, turned(.box(from: [-0.5, -0.5, -0.5], to: [0.5, 0.5, 0.5])) { _ in true },
          .box(from: [3, 0, 0], to: [4, 1, 1]), .box(from: [3.5, 0, 0], to: [5, 1, 1]),
        ]), volume: 9, parts: 3, untouched: 40),
      BrokenShape(
        name: "boxes that touch in an edge",
        mesh: Mesh.merged([box, .box(from: [1, 1, -1], to: [2, 2, 1])]), parts: 2, untouched: 0),
      BrokenShape(
        name: "boxes that touch in a corner",
        mesh: Mesh.merged([box, .box(from: [1, 1, 1], to: [2, 2, 2])]), parts: 2, untouched: 0),
      BrokenShape(
        name: "a point on an edge of the neighbour",
        mesh: mesh(
          box.positions + [[0, -1, -1]],
          box.triangles.flatMap { t -> [SIMD3<UInt32>] in
            // The triangle over the edge from corner 0 to corner 1 below, once cut in two.
            t == SIMD3(0, 1, 5) ? [SIMD3(0, 8, 5), SIMD3(8, 1, 5)] : [t]
          }), volume: 8, untouched: 90),
      BrokenShape(
        name: "cracked into single triangles", mesh: soup(ball, jitter: 2e-4), untouched: 0),
      BrokenShape(
        name: "a fin",
        mesh: mesh(
          box.positions + [[0, 3, 0], [0.5, 3, 0]],
          box.triangles + [SIMD3(2, 8, 9)]), untouched: 80),
      // A lid would hide the ball; so the box becomes walls.
      BrokenShape(
        name: "a ball in an open box",
        mesh: Mesh.merged([
          without(box, [0, 1]),
          mesh(ball.positions.map { $0 * 0.5 }, ball.triangles),
        ]), parts: 2),
      BrokenShape(
        name: "a single triangle",
        mesh: mesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [SIMD3(0, 1, 2)])),
      BrokenShape(
        name: "far from the origin",
        mesh: mesh(
          Mesh.merged([box, second]).positions.map { $0 + SIMD3(4000, -3000, 500) },
          Mesh.merged([box, second]).triangles), volume: 15, untouched: 40),
    ]
  }()
}

@Suite struct RepairTests {
  @Test(arguments: BrokenShape.all)
  func brokenShapesBecomeSolids(_ shape: BrokenShape) throws {
    #expect(try !shape.mesh.solidReport().isPrintable)
    let result = try shape.mesh.repaired()
    #expect(result.report.tier == .conservative)
    let solid = try result.mesh.solidReport()
    #expect(solid.isPrintable)
    #expect(solid.mesh.components == shape.parts)
    if let volume = shape.volume { #expect(abs(solid.mesh.volume - volume) < 1e-3 * volume) }
    #expect(result.report.untouchedPercent >= shape.untouched)
    #expect(result.sources.count == result.mesh.triangles.count)
  }

  /// A gap in something round is filled round, its rim staying as it is; one with an edge about it flat.
  @Test(arguments: [0.95, 0.8, 0.6] as [Float])
  func gapsAreFilledAsTheSurfaceBends(_ height: Float) throws {
    let ball = Mesh.icosphere(levels: 4)
    let rest = ball.triangles.filter { t in
      [t.x, t.y, t.z].contains { ball.positions[Int($0)].z < height }
    }
    let open = try Mesh(positions: ball.positions, triangles: rest)
    let result = try open.repaired()
    #expect(result.report.tier == .conservative)
    #expect(result.report.untouchedPercent == 100)
    #expect(result.report.after.isPrintable)
    // A flat filling is off by 1 - height in the middle.
    let tolerance = 0.13 * (1 - height)
    for position in result.mesh.positions { #expect(abs(position.length - 1) < tolerance) }
  }

  /// By a new surface: never exact, always a solid.
  @Test(arguments: BrokenShape.all)
  func newSurfacesAreSolids(_ shape: BrokenShape) throws {
    var settings = RepairSettings()
    settings.mode = .wrap
    settings.resolution = 64
    let result = try shape.mesh.repaired(settings)
    #expect(result.report.tier == .wrap)
    #expect(try result.mesh.solidReport().isPrintable)
    if let volume = shape.volume {
      #expect(abs(result.mesh.report().volume - volume) < 0.1 * volume)
    }
  }

  @Test(arguments: [
    Mesh.box(), .icosphere(levels: 3), .torus(radius: 2, tube: 0.5, segments: 40, sides: 20),
  ])
  func soundMeshesComeBackUnchanged(_ mesh: Mesh) throws {
    let result = try mesh.repaired()
    #expect(result.mesh == mesh)
    #expect(result.report.tier == .unchanged && result.report.changes.isEmpty)
  }

  @Test func threadsDoNotShowInTheResult() throws {
    let mesh = Mesh.merged([
      .icosphere(levels: 4), .torus(radius: 1, tube: 0.3, segments: 60, sides: 30),
    ])
    let one = try mesh.repaired(RepairSettings(), WorkContext(threads: 1)).mesh
    let four = try mesh.repaired(RepairSettings(), WorkContext(threads: 4)).mesh
    #expect(one == four)
  }

  @Test func attributesOfUntouchedTrianglesStay() throws {
    // A plane in u and v: wherever a triangle is cut, its texture coordinates follow its places.
    func textured(_ mesh: Mesh) throws -> Mesh {
      try mesh.with(
        attributes: VertexAttributes(uvs: [mesh.positions.map { SIMD2($0.x, $0.y) }]))
    }
    let mesh = Mesh.merged([
      try textured(.icosphere(levels: 3)),
      try textured(.box(from: [0, 0, 0], to: [2, 2, 2])),
    ])
    let result = try mesh.repaired().mesh
    #expect(result.attributes.uvs.count == 1)
    for (place, uv) in zip(result.positions, result.attributes.uvs[0]) {
      #expect(abs(uv.x - place.x) < 1e-5 && abs(uv.y - place.y) < 1e-5)
    }
  }

  @Test func whatEnclosesNothingIsRefused() throws {
    let flat = BrokenShape.mesh([[0, 0, 0], [1, 0, 0], [2, 0, 0]], [SIMD3(0, 1, 2)])
    #expect(throws: MeshError.self) { try flat.repaired() }
    // What may only be mended in place is not replaced.
    var settings = RepairSettings()
    settings.mode = .conservative
    let error = #expect(throws: MeshError.self) { try flat.repaired(settings) }
    #expect(error?.code == "no-solid-in-place")
    let point = BrokenShape.mesh([[1, 1, 1]], [SIMD3(0, 0, 0)])
    #expect(throws: MeshError.self) { try point.repaired() }
  }

  @Test func brokenNumbersAreLeftOut() throws {
    let box = Mesh.box()
    let (mesh, dropped) = try Mesh.salvaged(
      positions: box.positions + [[.nan, 0, 0]], triangles: box.triangles + [SIMD3(0, 1, 8)],
      attributes: VertexAttributes())
    #expect(dropped == 1)
    #expect(mesh.triangles == box.triangles)
    #expect(mesh.positions.allSatisfy { $0.isFinite })
  }
}

@Suite struct BooleanTests {
  @Test(arguments: [
    (BooleanOperation.union, 15.0), (.difference, 7.0), (.intersection, 1.0),
  ])
  func boxesHaveTheVolumeOfTheSets(_ operation: BooleanOperation, _ volume: Double) throws {
    let result = try Mesh.box().boolean(operation, with: .box(from: [0, 0, 0], to: [2, 2, 2]))
    let solid = try result.mesh.solidReport()
    #expect(solid.isPrintable)
    #expect(abs(solid.mesh.volume - volume) < 1e-5)
  }

  /// What is cut away and what is left add up, for curved surfaces in general position.
  @Test func partsAddUp() throws {
    let ball = Mesh.icosphere(levels: 4)
    let ring = Mesh.torus(radius: 0.9, tube: 0.4, segments: 50, sides: 30)
    func volume(_ operation: BooleanOperation) throws -> Double {
      let solid = try ball.boolean(operation, with: ring).mesh.solidReport()
      #expect(solid.isPrintable)
      return solid.mesh.volume
    }
    let (either, less, both) = (
      try volume(.union), try volume(.difference), try volume(.intersection)
    )
    #expect(abs(less + both - ball.report().volume) < 1e-5)
    #expect(abs(less + ring.report().volume - either) < 1e-5)
  }

  @Test func nothingIsLeftOfWhatIsWithin() throws {
    let inner = Mesh.box(from: [-0.5, -0.5, -0.5], to: [0.5, 0.5, 0.5])
    #expect(try inner.boolean(.difference, with: .box()).mesh.triangles.isEmpty)
    #expect(try Mesh.box().boolean(.difference, with: inner).mesh.report().components == 2)
  }

  @Test func openMeshesAreRefused() throws {
    let open = BrokenShape.mesh(Mesh.box().positions, Array(Mesh.box().triangles.dropLast()))
    #expect(throws: MeshError.self) { try open.boolean(.union, with: .box()) }
  }

  /// Two balls of different colors in one another: the new surface has each ball's color where it is nearest.
  @Test func newSurfacesTakeAttributesFromTheNearestPlace() throws {
    func ball(_ x: Float, _ color: SIMD4<Float>) throws -> Mesh {
      let plain = Mesh.icosphere(levels: 3)
      return try Mesh(
        positions: plain.positions.map { $0 + [x, 0, 0] }, triangles: plain.triangles,
        attributes: VertexAttributes(
          uvs: [plain.positions.map { SIMD2($0.x, $0.y) }],
          colors: plain.positions.map { _ in color }))
    }
    let both = Mesh.merged([try ball(-0.6, [1, 0, 0, 1]), try ball(0.6, [0, 0, 1, 1])])
    var settings = RepairSettings()
    settings.mode = .wrap
    settings.resolution = 60
    let result = try both.repaired(settings)
    #expect(try result.mesh.solidReport().isPrintable)
    let streams = result.mesh.attributes
    for (place, color) in zip(result.mesh.positions, streams.colors) where abs(place.x) > 0.1 {
      #expect(color.x > 0.999 && place.x < 0 || color.z > 0.999 && place.x > 0, "\(place) \(color)")
    }
    for (place, uv) in zip(result.mesh.positions, streams.uvs[0]) where abs(place.x) > 0.1 {
      let local: Float = place.x < 0 ? place.x + 0.6 : place.x - 0.6
      #expect(abs(uv.x - local) < 0.1 && abs(uv.y - place.y) < 0.1)
    }
    for (triangle, source) in zip(result.mesh.triangles, result.sources) {
      let x = result.mesh.positions[Int(triangle.x)].x
      if abs(x) > 0.2 { #expect((source < both.triangles.count / 2) == (x < 0)) }
    }
  }

  @Test func aLatticeLargerThanMemoryIsRefused() {
    var settings = RepairSettings()
    settings.mode = .wrap
    settings.resolution = 2000
    #expect(throws: MeshError.self) { try Mesh.box().repaired(settings, WorkContext()) }
  }

  /// Leaves of a card tree: each a patch of its own. Room for all points a patch would take hours.
  @Test func manyLoosePiecesTakeNoLonger() throws {
    var (positions, triangles): ([SIMD3<Float>], [SIMD3<UInt32>]) = ([], [])
    for index in 0..<20_000 as Range<UInt32> {
      let corner =
        SIMD3<Float>(
          Float(index % 30), Float(index / 30 % 30), Float(index / 900)) * 2
      positions += [corner, corner + [1, 0, 0], corner + [1, 1, 0], corner + [0, 1, 0]]
      triangles += [
        [4 * index, 4 * index + 1, 4 * index + 2], [4 * index, 4 * index + 2, 4 * index + 3],
      ]
    }
    let mesh = try Mesh(positions: positions, triangles: triangles)
    let result = try mesh.repaired(RepairSettings(), WorkContext())
    #expect(result.report.after.isPrintable)
  }
}
