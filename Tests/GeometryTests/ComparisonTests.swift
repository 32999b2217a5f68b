import LinearMath
import Testing

import Geometry
import Work

@Suite struct ComparisonTests {
  private static let ball = Mesh.icosphere(levels: 4)

  /// A lopsided shape: no turn but its own matches it.
  private static let lopsided: Mesh = {
    let torus = Mesh.torus(radius: 1, tube: 0.3)
    let moved = torus.positions.map { p in
      SIMD3<Float>(2 * p.x + (p.x > 0 ? 0.5 * p.x : 0), p.y * (1 + 0.3 * p.z), p.z)
    }
    return try! Mesh(positions: moved, triangles: torus.triangles)
  }()

  @Test func aMeshIsLikeItself() throws {
    let found = try Self.ball.compared(with: Self.ball, samples: 2000, WorkContext())
    #expect(found.chamferL1 < 1e-6)
    #expect(found.hausdorff < 1e-5)
    #expect(found.normalConsistency > 0.9999)
    #expect(found.volumeIoU == 1)
    #expect(found.fScores.allSatisfy { $0.value == 1 })
  }

  @Test func concentricSpheresAreTheirDifferenceApart() throws {
    let larger = try Mesh(
      positions: Self.ball.positions.map { $0 * 1.1 }, triangles: Self.ball.triangles)
    let found = try larger.compared(with: Self.ball, samples: 4000, WorkContext())
    #expect(abs(found.chamferL1 - 0.1) < 0.002)
    #expect(abs(found.hausdorff - 0.1) < 0.003)
    #expect(abs(found.chamferL2 - 0.02) < 0.001)
    #expect(abs((found.volumeIoU ?? 0) - 1 / 1.331) < 0.01)
    #expect(found.fScores.map { $0.value } == [0, 0, 0, 0])
  }

  @Test func anOpenSurfaceHasNoVolume() throws {
    let open = try Mesh(
      positions: Self.ball.positions, triangles: Array(Self.ball.triangles.dropLast()))
    #expect(try open.compared(with: Self.ball, samples: 500, WorkContext()).volumeIoU == nil)
  }

  @Test(arguments: [AlignmentRule.rigid, .similarity])
  func aTurnedCopyComesBack(rule: AlignmentRule) throws {
    let turn = Quaternion(x: 0.2, y: 0.4, z: 0.8, w: 0.4).matrix
    let size = rule == .rigid ? 1.0 : 3.5
    let scaled = Matrix3(
      columns: turn.columns.0 * size, turn.columns.1 * size, turn.columns.2 * size)
    let moved = Self.lopsided.transformed(by: Matrix4(linear: scaled, translation: [4, -2, 7]))
    let back = try moved.aligned(to: Self.lopsided, rule, WorkContext())
    let found = try moved.transformed(by: back).compared(
      with: Self.lopsided, samples: 2000, WorkContext())
    #expect(found.hausdorff < 0.01)
  }

  @Test func deviationSeesASpike() throws {
    var positions = Self.ball.positions
    positions[10] *= 1.5
    let spiked = try Mesh(positions: positions, triangles: Self.ball.triangles)
    let deviation = try spiked.deviation(from: Self.ball, WorkContext())
    #expect(abs(deviation.maximum - 0.5) < 0.01)
    #expect(deviation.mean < 0.01)
  }
}
