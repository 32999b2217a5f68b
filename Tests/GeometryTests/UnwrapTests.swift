import Geometry
import LinearMath
import Testing
import Work

@Suite struct UnwrapTests {
  enum Shape: String, CaseIterable {
    case box, ball, torus, soup, fin

    func mesh() throws -> Mesh {
      switch self {
      case .box: return Mesh.box()
      case .ball: return Mesh.icosphere(levels: 4)
      case .torus: return Mesh.torus(radius: 1, tube: 0.4)
      case .soup:
        var dice = SeededGenerator(seed: 5)
        let positions = (0..<300).map { _ in
          SIMD3(Float(dice.unit()), Float(dice.unit()), Float(dice.unit()))
        }
        return try Mesh(
          positions: positions,
          triangles: (0..<400).map { _ in
            SIMD3(UInt32(dice.next() % 300), UInt32(dice.next() % 300), UInt32(dice.next() % 300))
          })
      case .fin:
        // Three triangles at one edge, one without area, one the wrong way round.
        return try Mesh(
          positions: [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1]],
          triangles: [[0, 1, 2], [1, 0, 3], [0, 1, 4], [0, 0, 1], [0, 1, 3]])
      }
    }
  }

  /// No pixel belongs to two triangles, all is in the square, and the surface is what it was.
  @Test(arguments: Shape.allCases, [0, 3])
  func noTwoPlacesShareOne(_ shape: Shape, gutter: Int) throws {
    let mesh = try shape.mesh()
    var settings = UnwrapSettings()
    (settings.textureSize, settings.gutterPixels) = (512, gutter)
    let result = try mesh.unwrapped(settings, WorkContext(threads: 2))
    #expect(result.mesh.triangles.count == mesh.triangles.count)
    #expect(
      result.sources.indices.allSatisfy {
        result.mesh.positions[$0] == mesh.positions[result.sources[$0]]
      })
    func key(_ mesh: Mesh, _ triangle: Int) -> [SIMD3<Float>] {
      let (a, b, c) = mesh.corners(triangle)
      return [a, b, c]
    }
    let before = Set(mesh.triangles.indices.map { key(mesh, $0) })
    #expect(Set(result.mesh.triangles.indices.map { key(result.mesh, $0) }) == before)
    let uvs = result.mesh.attributes.uvs[0]
    #expect(uvs.allSatisfy { $0.x >= 0 && $0.x <= 1 && $0.y >= 0 && $0.y <= 1 })
    var owner = [Bool](repeating: false, count: 512 * 512)
    var twice = 0
    for triangle in result.mesh.triangles {
      let (a, b, c) = (
        uvs[Int(triangle.x)] * 512, uvs[Int(triangle.z)] * 512, uvs[Int(triangle.y)] * 512
      )
      PlaneRaster.forEachPixel(a, b, c, width: 512, height: 512) { x, y in
        if owner[512 * y + x] { twice += 1 }
        owner[512 * y + x] = true
      }
    }
    #expect(twice == 0)
    #expect(result.coverage > 0.15 && result.coverage <= 1)
    let covered = Double(owner.count { $0 }) / Double(owner.count)
    #expect(abs(covered - result.coverage) < 0.05)
  }

  @Test func aBoxIsLaidOutWithoutStretch() throws {
    let result = try Mesh.box().unwrapped(UnwrapSettings(), WorkContext(threads: 1))
    #expect(result.charts == 6)
    #expect(abs(result.stretch - 1) < 1e-4)
  }

  @Test func threadsDoNotShow() throws {
    let mesh = Mesh.torus(radius: 1, tube: 0.5, segments: 96, sides: 64)
    let made = try [1, 4].map { try mesh.unwrapped(UnwrapSettings(), WorkContext(threads: $0)) }
    #expect(made[0].mesh == made[1].mesh)
  }

  @Test func whatHasNoRoomIsRefused() throws {
    var settings = UnwrapSettings()
    (settings.textureSize, settings.gutterPixels) = (16, 8)
    #expect(throws: MeshError.self) {
      try Mesh.box().unwrapped(settings, WorkContext(threads: 1))
    }
    // A hundred triangles with nothing between them.
    let corners = (0..<100).flatMap { index -> [SIMD3<Float>] in
      let x = Float(3 * index)
      return [[x, 0, 0], [x + 1, 0, 0], [x, 1, 0]]
    }
    let crumbs = try Mesh(
      positions: corners, triangles: (0..<100).map { [3 * $0, 3 * $0 + 1, 3 * $0 + 2] })
    settings.gutterPixels = 1
    #expect(throws: MeshError.self) { try crumbs.unwrapped(settings, WorkContext(threads: 1)) }
    settings.textureSize = 256
    #expect(try crumbs.unwrapped(settings, WorkContext(threads: 1)).charts == 100)
  }
}
