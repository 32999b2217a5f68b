import LinearMath
import Testing

@Suite struct LinearMathTests {
  @Test(arguments: [
    Quaternion(x: 0, y: 0, z: 0, w: 1), Quaternion(x: 1, y: 0, z: 0, w: 0),
    Quaternion(x: 0, y: 1, z: 0, w: 0), Quaternion(x: 0, y: 0, z: 1, w: 0),
    Quaternion(x: 0.5, y: -0.5, z: 0.5, w: 0.5), Quaternion(x: 0.1, y: 0.7, z: -0.3, w: 0.2),
  ])
  func quaternionSurvivesItsMatrix(_ start: Quaternion) {
    let matrix = start.matrix
    let again = Quaternion(rotation: matrix).matrix
    for (a, b) in [
      (matrix.columns.0, again.columns.0), (matrix.columns.1, again.columns.1),
      (matrix.columns.2, again.columns.2),
    ] { #expect((a - b).length < 1e-12) }
    #expect(abs(matrix.determinant - 1) < 1e-12)
  }

  @Test func rigidInverseUndoes() {
    let turn = Quaternion(x: 0.1, y: 0.7, z: -0.3, w: 0.2).matrix
    let transform = Matrix4(linear: turn, translation: [1, -2, 3])
    let point = SIMD3<Double>(0.3, 4, -1)
    let back = transform.rigidInverse.transform(point: transform.transform(point: point))
    #expect((back - point).length < 1e-12)
  }

  @Test func cofactorsCarryNormals() {
    // Under a shear the normal of a plane must stay perpendicular to its directions.
    let shear = Matrix3(columns: [1, 0, 0], [0.7, 2, 0], [0, 0.3, 0.5])
    let normal = SIMD3<Double>(0.2, 0.5, -0.4)
    let along = normal.anyPerpendicular
    #expect(abs((shear.cofactors * normal).dot(shear * along)) < 1e-12)
  }

  @Test func streamsDoNotDependOnOrder() {
    let generator = SeededGenerator(seed: 7)
    var late = generator.stream(5)
    var other = generator.stream(4)
    _ = other.next()
    var again = SeededGenerator(seed: 7).stream(5)
    #expect((0..<10).map { _ in late.next() } == (0..<10).map { _ in again.next() })
    var differs = SeededGenerator(seed: 8).stream(5)
    var first = generator.stream(5)
    #expect(first.next() != differs.next())
  }

  @Test func unitDrawsFillTheInterval() {
    var draw = SeededGenerator(seed: 1).stream(0)
    var bins = [Int](repeating: 0, count: 10)
    for _ in 0..<10_000 { bins[Int(draw.unit() * 10)] += 1 }
    #expect(bins.allSatisfy { (850...1150).contains($0) })
  }

  @Test func emptyBoxHoldsNothing() {
    var box = Box()
    #expect(box.isEmpty && box.diagonal == 0)
    box.insert([1, 2, 3])
    #expect(!box.isEmpty && box.center == [1, 2, 3])
  }

  /// Whatever way it was come by, a stream is one of its own; and neighbouring seeds share no draws.
  @Test func streamsOfStreamsAndOfNeighboursDiffer() {
    var firsts: [UInt64] = []
    for seed in 0..<8 as Range<UInt64> {
      let generator = SeededGenerator(seed: seed)
      for outer in 0..<8 {
        for inner in 0..<8 {
          var draw = generator.stream(outer).stream(inner)
          firsts += [draw.next(), draw.next()]
        }
      }
      var plain = generator
      firsts += (0..<16).map { _ in plain.next() }
    }
    #expect(Set(firsts).count == firsts.count)
  }
}
