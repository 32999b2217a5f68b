import LinearMath
import Testing

import Geometry
import Work

@Suite struct HollowTests {
  private static func hollowed(
    _ mesh: Mesh, wall: Double, up: SIMD3<Float> = [0, 0, 1],
    _ change: (inout HollowSettings) -> Void = { _ in }
  ) throws -> HollowedMesh {
    var settings = HollowSettings()
    settings.wallMillimeters = wall
    change(&settings)
    return try mesh.hollowed(settings, up: up)
  }

  @Test func aBallHasAWallOfOneThickness() throws {
    let ball = Mesh.icosphere(levels: 4)
    let result = try Self.hollowed(ball, wall: 0.2)
    #expect(try result.mesh.solidReport().isPrintable)
    // The outer surface is there bit by bit.
    #expect(result.mesh.positions.starts(with: ball.positions))
    #expect(result.mesh.triangles.starts(with: ball.triangles))
    #expect(result.leastWall >= 0.98 * 0.2)
    #expect(result.wallError99 <= 0.02)
    #expect(result.cavities == 1 && result.trapped == 1)
    // Measured from the other side: every point of the cavity is where the wall ends.
    for place in result.mesh.positions.dropFirst(ball.positions.count) {
      #expect(abs(place.length - 0.8) < 0.005)
    }
    #expect(abs(result.volumes.after - (1 - 0.8 * 0.8 * 0.8) * ball.report().volume) < 0.02)
  }

  @Test func aHoleDrainsTheCavityAtItsLowestPoint() throws {
    let result = try Self.hollowed(.icosphere(levels: 3), wall: 0.2, up: [0, 1, 0]) {
      $0.drainHoles = 1
      $0.drainDiameterMillimeters = 0.2
    }
    let report = try result.mesh.solidReport()
    #expect(report.isPrintable)
    // Outside and inside are one surface now, that of a bowl: no handle, nothing shut in.
    #expect(report.mesh.components == 1 && report.mesh.genus == 0)
    #expect(result.trapped == 0)
    let rim = result.mesh.positions.filter { abs($0.x) < 0.11 && abs($0.z) < 0.11 && $0.y < -0.75 }
    #expect(rim.count > 40)
    #expect(rim.allSatisfy { ($0.x * $0.x + $0.z * $0.z).squareRoot() > 0.095 })
  }

  @Test func eachThickPartHasItsCavity() throws {
    // Two boxes with a thin bridge.
    let parts = try Mesh.box().boolean(.union, with: .box(from: [4, -1, -1], to: [6, 1, 1])).mesh
    let bridge = Mesh.box(from: [0.5, -0.1, -0.1], to: [4.5, 0.1, 0.1])
    let mesh = try parts.boolean(.union, with: bridge).mesh
    let result = try Self.hollowed(mesh, wall: 0.2)
    #expect(result.cavities == 2 && result.trapped == 2)
    #expect(try result.mesh.solidReport().isPrintable)
  }

  @Test func whatCannotBeHollowedIsRefused() throws {
    #expect(throws: MeshError.self) { try Self.hollowed(.box(), wall: 1.5) }
    let open = BrokenShape.mesh(Mesh.box().positions, Array(Mesh.box().triangles.dropLast()))
    #expect(throws: MeshError.self) { try Self.hollowed(open, wall: 0.2) }
  }

  @Test func threadsDoNotShowInTheResult() throws {
    let ring = Mesh.torus(radius: 1, tube: 0.4, segments: 30, sides: 20)
    var settings = HollowSettings()
    settings.wallMillimeters = 0.1
    let one = try ring.hollowed(settings, WorkContext(threads: 1)).mesh
    let four = try ring.hollowed(settings, WorkContext(threads: 4)).mesh
    #expect(one == four)
  }
}
