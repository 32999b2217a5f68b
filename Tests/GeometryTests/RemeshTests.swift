import LinearMath
import Testing

import Geometry
import Work

@Suite struct RemeshTests {
  private static func remeshed(
    _ mesh: Mesh, threads: Int = 2, _ change: (inout RemeshSettings) -> Void = { _ in }
  ) throws -> Mesh {
    var settings = RemeshSettings()
    change(&settings)
    return try mesh.remeshed(settings, WorkContext(threads: threads)).mesh
  }

  /// The share of edges between 4/5 and 4/3 of a length, and the mean radius ratio.
  private static func quality(_ mesh: Mesh, _ length: Double) -> (edges: Double, ratio: Double) {
    var within = 0
    var ratio = 0.0
    for index in mesh.triangles.indices {
      let (p, q, r) = mesh.corners(index)
      let sides = [(q - p).length, (r - q).length, (p - r).length].map { Double($0) }
      within += sides.count { (0.8 * length...4 / 3 * length).contains($0) }
      let area = Double((q - p).cross(r - p).length) / 2
      let half = sides.reduce(0, +) / 2
      ratio += 8 * area * area / (half * sides[0] * sides[1] * sides[2])
    }
    let count = Double(mesh.triangles.count)
    return (Double(within) / (3 * count), ratio / count)
  }

  @Test func unevenTrianglesBecomeEven() throws {
    // Triangles three times as long as wide.
    let ball = Mesh.torus(radius: 1, tube: 0.5, segments: 100, sides: 120)
    let result = try Self.remeshed(ball) { $0.edgeLength = 0.08 }
    let report = result.report()
    #expect(report.isWatertight && report.isManifold && report.genus == 1)
    let (edges, ratio) = Self.quality(result, 0.08)
    #expect(edges > 0.94)
    #expect(ratio > 0.977)
    #expect(try result.selfIntersectingTriangles().isEmpty)
    #expect(try result.deviation(from: ball, WorkContext()).maximum < 0.01)
  }

  @Test func theTriangleCountIsMet() throws {
    let result = try Self.remeshed(.icosphere(levels: 4)) { $0.targetTriangles = 3000 }
    #expect(abs(result.triangles.count - 3000) < 90)
  }

  @Test func aBoxKeepsItsEdgesAndCorners() throws {
    let result = try Self.remeshed(.box()) { $0.edgeLength = 0.2 }
    let report = result.report()
    #expect(report.isWatertight && report.genus == 0)
    // Every point is on the box, and its edges are where they were: volume and area are exact.
    #expect(result.positions.allSatisfy { abs(max(abs($0.x), abs($0.y), abs($0.z)) - 1) < 1e-6 })
    #expect(abs(report.volume - 8) < 1e-4)
    #expect(abs(report.area - 24) < 1e-4)
    #expect(Set(Mesh.box().positions).isSubset(of: Set(result.positions)))
  }

  /// A plate much thinner than its new edges are long, with a rim that bends.
  @Test func boundariesStayWhereAskedTo() throws {
    let ball = Mesh.icosphere(levels: 3)
    let half = try Mesh(
      positions: ball.positions,
      triangles: ball.triangles.filter { t in
        [t.x, t.y, t.z].allSatisfy { ball.positions[Int($0)].z < 0.3 }
      })
    let result = try Self.remeshed(half) {
      $0.edgeLength = 0.05
      $0.keepBoundary = true
    }
    #expect(result.triangles.count > 2 * half.triangles.count)
    #expect(Self.boundary(result) == Self.boundary(half))
  }

  /// What is beside a long edge that stays cannot become small; that must not be tried for ever.
  @Test func aLongBoundaryEdgeMayStay() throws {
    let top = (0...40).map { SIMD3<Float>(10 - Float($0) / 4, 1, 0) }
    let fan = try Mesh(
      positions: [[0, 0, 0], [10, 0, 0]] + top,
      triangles: (1..<42).map { SIMD3(0, UInt32($0), UInt32($0 + 1)) })
    let result = try Self.remeshed(fan) {
      $0.edgeLength = 0.25
      $0.keepBoundary = true
    }
    #expect(Self.boundary(result) == Self.boundary(fan))
    #expect(abs(result.report().area - 10) < 1e-4)
  }

  /// The ends of the edges with one triangle.
  private static func boundary(_ mesh: Mesh) -> Set<[SIMD3<Float>]> {
    var edges: Set<[SIMD3<Float>]> = []
    for t in mesh.triangles {
      for corner in 0..<3 {
        let ends = [t[corner], t[(corner + 1) % 3]].map { mesh.positions[Int($0)] }
        if edges.remove(Array(ends.reversed())) == nil { edges.insert(ends) }
      }
    }
    return edges
  }

  @Test func aThinPlateDoesNotCutItself() throws {
    let ball = Mesh.icosphere(levels: 4)
    let plate = try Mesh(
      positions: ball.positions.map { SIMD3($0.x, 0.02 * $0.y + 0.3 * $0.x * $0.x, $0.z) },
      triangles: ball.triangles)
    #expect(try plate.selfIntersectingTriangles().isEmpty)
    let result = try Self.remeshed(plate) { $0.edgeLength = 0.15 }
    #expect(try result.selfIntersectingTriangles().isEmpty)
    #expect(result.report().isWatertight)
  }

  @Test func adaptiveSizesFollowTheCurvature() throws {
    let ball = Mesh.icosphere(levels: 5)
    let plain = try Mesh(
      positions: ball.positions.map { SIMD3($0.x * 5, $0.y, $0.z) }, triangles: ball.triangles)
    let result = try Self.remeshed(plain) {
      $0.edgeLength = 0.2
      $0.adaptive = true
      $0.adaptiveTolerancePercent = 0.02
    }
    func meanEdge(_ isThere: (SIMD3<Float>) -> Bool) -> Float {
      let corners = result.triangles.indices.map { result.corners($0) }
        .filter { isThere($0.0) }
      let sum = corners.reduce(Float(0)) { $0 + ($1.1 - $1.0).length }
      return sum / Float(max(1, corners.count))
    }
    // The tips of the ellipsoid bend five times as much as its waist.
    #expect(meanEdge { abs($0.x) > 4.8 } < 0.7 * meanEdge { abs($0.x) < 1 })
    #expect(result.report().isWatertight)
  }

  @Test func threadsDoNotChangeABit() throws {
    let mesh = Mesh.torus(radius: 1, tube: 0.4)
    let one = try Self.remeshed(mesh, threads: 1) { $0.edgeLength = 0.1 }
    #expect(try Self.remeshed(mesh, threads: 4) { $0.edgeLength = 0.1 } == one)
  }

  /// In a unit a million times smaller or larger, the same triangles.
  @Test(arguments: [-22, -16, 17] as [Int])
  func theUnitDoesNotMatter(_ exponent: Int) throws {
    let unit = Float(sign: .plus, exponent: exponent, significand: 1)
    let ring = Mesh.torus(radius: 1, tube: 0.4)
    let mesh = try Mesh(positions: ring.positions, triangles: ring.triangles)
    let other = try Mesh(positions: mesh.positions.map { $0 * unit }, triangles: mesh.triangles)
    let plain = try Self.remeshed(mesh) { $0.edgeLength = 0.1 }
    let scaled = try Self.remeshed(other) { $0.edgeLength = 0.1 * Double(unit) }
    #expect(scaled.triangles == plain.triangles)
    #expect(scaled.positions.map { $0 / unit } == plain.positions)
  }

  /// Two boxes that touch in one edge: four faces have it.
  @Test(arguments: [0.3, 0.8, 2.0])
  func edgesOfFourFacesStayClosed(_ length: Double) throws {
    let box = Mesh.box()
    let size = box.bounds.size
    let move = Matrix4(
      linear: .identity, translation: [Double(size.x), Double(size.y), 0])
    let both = Mesh.merged([box, box.transformed(by: move)])
    #expect(both.report().boundaryEdges == 0 && both.report().nonManifoldEdges > 0)
    let result = try Self.remeshed(both) { $0.edgeLength = length * Double(size.x) / 2 }
    #expect(result.report().boundaryEdges == 0)
    // Behind a ball of many triangles that go: vertices get other numbers on the way.
    let ball = Mesh.icosphere(levels: 4).transformed(
      by: Matrix4(linear: .identity, translation: [0, 0, 10]))
    let behind = try Self.remeshed(Mesh.merged([ball, both])) { $0.edgeLength = 0.4 * length }
    #expect(behind.report().boundaryEdges == 0)
  }

  @Test func tooManyTrianglesAreRefused() {
    #expect(throws: MeshError.self) {
      try Self.remeshed(Mesh.box()) { $0.targetTriangles = 2_000_000_000 }
    }
  }
}
