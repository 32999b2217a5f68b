import Glibc
import LinearMath
import Testing

import Geometry
import Work

/// A torus with bumps, so that no two places are alike.
private let bumpy: Mesh = {
  let round = Mesh.torus(radius: 1, tube: 0.4, segments: 80, sides: 40)
  let generator = SeededGenerator(seed: 5)
  let moved = round.positions.enumerated().map { index, position in
    var draw = generator.stream(index)
    return position * (1 + 0.01 * Float(draw.unit()))
  }
  return try! Mesh(positions: moved, triangles: round.triangles)
}()

/// A square grid, open all round, in the plane z = 0.
private func grid(_ side: Int) -> Mesh {
  var triangles: [SIMD3<UInt32>] = []
  for y in 0..<side {
    for x in 0..<side {
      let a = UInt32((side + 1) * y + x)
      let b = a + UInt32(side) + 1
      triangles += [SIMD3(a, a + 1, b + 1), SIMD3(a, b + 1, b)]
    }
  }
  let positions = (0..<(side + 1) * (side + 1)).map { index in
    SIMD3<Float>(Float(index % (side + 1)), Float(index / (side + 1)), 0)
  }
  return try! Mesh(positions: positions, triangles: triangles)
}

@Suite struct DecimateTests {
  private static func settings(_ change: (inout DecimateSettings) -> Void) -> DecimateSettings {
    var settings = DecimateSettings()
    change(&settings)
    return settings
  }

  @Test(arguments: [true, false], [3200, 640, 64])
  func reachesTheTargetAndKeepsTheTopology(fast: Bool, target: Int) throws {
    let result = try bumpy.decimated(
      Self.settings {
        $0.targetTriangles = target
        $0.fast = fast
      }, WorkContext()
    ).mesh
    let report = result.report()
    #expect(result.triangles.count == target)
    #expect(report.isWatertight && report.isManifold && report.isOriented)
    #expect(report.genus == 1)
    #expect(report.degenerateTriangles == 0)
    if !fast { #expect(try result.selfIntersectingTriangles().isEmpty) }
  }

  @Test func staysCloseToTheInput() throws {
    let result = try bumpy.decimated(
      Self.settings { $0.ratio = 0.5 }, WorkContext()
    ).mesh
    let deviation = try result.deviation(from: bumpy, WorkContext())
    // The bumps are one part in a hundred of the radius; half the triangles lose a fraction of one.
    #expect(deviation.mean < 0.002)
    let report = (bumpy.report(), result.report())
    #expect(abs(report.0.volume - report.1.volume) < 0.001 * report.0.volume)
  }

  @Test func aPlaneWithStraightRimKeepsItsShape() throws {
    let flat = grid(20)
    let result = try flat.decimated(Self.settings { $0.targetTriangles = 2 }, WorkContext()).mesh
    let report = result.report()
    #expect(result.triangles.count <= 8)
    #expect(abs(report.area - 400) < 0.5)
    #expect(report.components == 1 && report.isManifold && report.boundaryEdges > 0)
  }

  @Test func aKeptBoundaryStaysBitForBit() throws {
    let flat = grid(12)
    let result = try flat.decimated(
      Self.settings {
        $0.targetTriangles = 10
        $0.boundary = .keep
      }, WorkContext()
    ).mesh
    let rim = Set(flat.boundaryLoops()[0].map { flat.positions[$0] })
    #expect(rim.count == 48)
    #expect(Set(result.boundaryLoops()[0].map { result.positions[$0] }) == rim)
  }

  @Test func keptVerticesAreASubset() throws {
    let result = try bumpy.decimated(
      Self.settings {
        $0.ratio = 0.2
        $0.keepVertices = true
      }, WorkContext()
    ).mesh
    #expect(result.triangles.count == 1280)
    #expect(Set(result.positions).isSubset(of: Set(bumpy.positions)))
  }

  @Test func verticesCanBeTheTarget() throws {
    let result = try bumpy.decimated(
      Self.settings { $0.targetVertices = 500 }, WorkContext()
    ).mesh
    #expect(result.report().vertices == 500)
  }

  @Test func anErrorBoundHolds() throws {
    let result = try bumpy.decimated(Self.settings { $0.maxError = 0.3 }, WorkContext()).mesh
    let deviation = try result.deviation(from: bumpy, WorkContext())
    #expect(result.triangles.count < bumpy.triangles.count / 2)
    #expect(deviation.maximum <= 0.003 * Double(bumpy.bounds.diagonal))
  }

  /// Two boxes over one edge: it has four faces.
  @Test func edgesWithFourFacesStay() throws {
    let first = Mesh.box()
    let second = Mesh.box(from: [1, 1, -1], to: [3, 3, 1])
    let both = Mesh.merged([first, second])
    #expect(both.report().nonManifoldEdges == 1)
    let result = try both.decimated(Self.settings { $0.ratio = 0.5 }, WorkContext()).mesh
    let report = result.report()
    #expect(report.nonManifoldEdges == 1)
    #expect(report.boundaryEdges == 0)
  }

  @Test func aTetrahedronIsLeftAlone() throws {
    let mesh = try Mesh(
      positions: [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]],
      triangles: [SIMD3(0, 2, 1), SIMD3(0, 1, 3), SIMD3(1, 2, 3), SIMD3(2, 0, 3)])
    let result = try mesh.decimated(Self.settings { $0.targetTriangles = 1 }, WorkContext())
    #expect(result.mesh.triangles.count == 4)
    #expect(result.sources == [0, 1, 2, 3])
  }

  @Test func threadsDoNotChangeABit() throws {
    let settings = Self.settings { $0.ratio = 0.1 }
    let one = try bumpy.decimated(settings, WorkContext(threads: 1)).mesh
    #expect(try bumpy.decimated(settings, WorkContext(threads: 4)).mesh == one)
  }

  @Test func cancellingStopsIt() {
    let cancellation = Cancellation()
    cancellation.cancel()
    #expect(throws: WorkCancelled.self) {
      try bumpy.decimated(
        Self.settings { $0.ratio = 0.1 }, WorkContext(cancellation: cancellation))
    }
  }

  /// Quadrics take high powers of lengths; a model in another unit must not come out another.
  @Test(arguments: [Float(1) / 16384, 16384])
  func theUnitDoesNotMatter(factor: Float) throws {
    let settings = Self.settings { $0.ratio = 0.1 }
    let scaled = try Mesh(
      positions: bumpy.positions.map { $0 * factor }, triangles: bumpy.triangles)
    let one = try bumpy.decimated(settings, WorkContext()).mesh
    let other = try scaled.decimated(settings, WorkContext()).mesh
    #expect(other.triangles == one.triangles)
    #expect(other.positions == one.positions.map { $0 * factor })
  }

  @Test func groupsMustBeThereForEachTriangle() throws {
    let settings = Self.settings { $0.ratio = 0.1 }
    #expect(throws: MeshError.self) {
      try bumpy.decimated(settings, groups: [0], WorkContext())
    }
    #expect(throws: MeshError.self) {
      try bumpy.remeshed(RemeshSettings(), groups: [0], WorkContext())
    }
  }

  /// A cone whose tip is the first point: a hundred thousand edges in one bucket. Compared, by the
  /// processor time of this thread, with a cone of a tenth of them: a search through the bucket for each
  /// edge would take a hundred times as long, not ten.
  @Test func aHubTakesNoLongerThanOthers() throws {
    // The look for self-intersections is left out: all triangles meet at the tip, so that takes each pair.
    let hub = Self.settings {
      $0.ratio = 0.5
      $0.fast = true
    }
    func seconds(sides: Int) throws -> Double {
      let rim = (0..<sides).map { index -> SIMD3<Float> in
        // On a parabola, so that no mathematics library is asked.
        let place = Float(index) / Float(sides) * 2 - 1
        return [place, place * place, 1]
      }
      let start = threadSeconds()
      let mesh = try Mesh(
        positions: [.zero] + rim, triangles: (1..<UInt32(sides)).map { [0, $0, $0 + 1] })
      #expect(mesh.boundaryLoops().count == 1)
      let result = try mesh.decimated(hub, WorkContext(threads: 1))
      #expect(result.mesh.triangles.count > 0)
      return threadSeconds() - start
    }
    let (small, large) = (try seconds(sides: 10_000), try seconds(sides: 100_000))
    #expect(large < 40 * small, "\(large) s for ten times the edges of \(small) s")
  }
}

/// Seconds that this thread has had a processor.
private func threadSeconds() -> Double {
  var time = timespec()
  _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
