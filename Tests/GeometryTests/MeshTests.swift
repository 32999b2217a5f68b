import Geometry
import LinearMath
import Testing

@Suite struct MeshTests {
  @Test func invariantsAreCheckedAtTheDoor() {
    let corners: [SIMD3<Float>] = [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
    func code(_ build: () throws -> Mesh) -> String? {
      do { _ = try build() } catch { return (error as? MeshError)?.code }
      return nil
    }
    #expect(code { try Mesh(positions: corners, triangles: [[0, 1, 3]]) } == "index-out-of-range")
    #expect(
      code { try Mesh(positions: corners + [[.nan, 0, 0]], triangles: [[0, 1, 2]]) }
        == "non-finite-position")
    #expect(
      code {
        try Mesh(
          positions: corners, triangles: [], attributes: VertexAttributes(uvs: [[[0, 0]]]))
      } == "unequal-count")
    #expect(code { try Mesh(positions: corners, triangles: [[0, 1, 2]]) } == nil)
  }

  @Test func brokenAttributesBecomeNeutral() throws {
    let mesh = try Mesh(
      positions: [[0, 0, 0], [1, 0, 0], [0, 1, 0]], triangles: [[0, 1, 2]],
      attributes: VertexAttributes(
        uvs: [[[.nan, 0], [1, 2], [.infinity, 1]]],
        colors: Array(repeating: [1, .nan, 1, 1], count: 3)))
    #expect(mesh.attributes.uvs == [[[0, 0], [1, 2], [0, 0]]])
    #expect(mesh.attributes.colors == Array(repeating: [1, 1, 1, 1], count: 3))
  }

  @Test func mirroringKeepsOutsideOutside() {
    let mirror = Matrix4(linear: Matrix3(columns: [-2, 0, 0], [0, 1, 0], [0, 0, 3]))
    let mesh = Mesh.icosphere(levels: 3).transformed(by: mirror)
    #expect(mesh.report().volume > 0)
    for triangle in mesh.triangles.prefix(200) {
      let (a, b, c) = (
        mesh.positions[Int(triangle.x)], mesh.positions[Int(triangle.y)],
        mesh.positions[Int(triangle.z)]
      )
      let face = (b - a).cross(c - a).normalized
      #expect(face.dot(mesh.attributes.normals[Int(triangle.x)]) > 0.8)
    }
  }

  @Test func weldCountsBitEqualPositions() {
    let flat = Mesh.box().withFlatNormals()
    #expect(flat.positions.count == 36)
    #expect(Weld(flat.positions).vertexOfPoint.count == 8)
    #expect(
      Weld([[0, 0, 0], [-0.0, 0, -0.0], [0, 0, Float.leastNonzeroMagnitude]]).vertexOfPoint.count
        == 2)
  }

  @Test func smoothNormalsOfASphereAreItsPositions() {
    let sphere = Mesh.icosphere(levels: 4)
    let normals = sphere.withSmoothNormals().attributes.normals
    for (normal, position) in zip(normals, sphere.positions) {
      #expect(normal.dot(position) > 0.9999)
    }
  }

  @Test func flatNormalsStandOnTheirFaces() {
    let normals = Mesh.box().withFlatNormals().attributes.normals
    #expect(normals.allSatisfy { abs($0.x) + abs($0.y) + abs($0.z) == 1 })
  }

  /// On a lathed cylinder u runs around, so tangents run around too, with one handedness.
  @Test func tangentsFollowU() {
    let profile: [(point: SIMD2<Float>, normal: SIMD2<Float>, v: Float)] = [
      ([1, 1], [1, 0], 0), ([1, -1], [1, 0], 1),
    ]
    let mesh = Mesh.lathe(profile, segments: 64).withTangents(uvSet: 0)
    for index in mesh.positions.indices {
      let (normal, tangent) = (mesh.attributes.normals[index], mesh.attributes.tangents[index])
      #expect(abs(normal.dot(tangent.xyz)) < 1e-5)
      // u grows with the angle, against the clock seen from above.
      let around = SIMD3<Float>(0, 1, 0).cross(mesh.positions[index] * [1, 0, 1]).normalized
      #expect(tangent.xyz.dot(around) > 0.99)
      // The bitangent points up the image: v grows downwards.
      let bitangent = normal.cross(tangent.xyz) * tangent.w
      #expect(bitangent.y > 0.99)
    }
  }

  @Test func mergingKeepsStreamsAlike() {
    let merged = Mesh.merged([Mesh.icosphere(levels: 0), Mesh.box()])
    #expect(merged.positions.count == 20 && merged.attributes.normals.count == 20)
    #expect(merged.triangles.allSatisfy { $0.max() < 20 })
  }

  @Test(
    arguments: [
      // A square, a dart whose fan from the first corner would leave it, and a comb.
      [[0, 0], [1, 0], [1, 1], [0, 1]], [[0, 0], [2, 2], [4, 0], [2, 4]],
      [[0, 0], [6, 0], [6, 3], [5, 3], [5, 1], [4, 1], [4, 3], [3, 3], [3, 1], [0, 1]],
    ] as [[SIMD2<Float>]])
  func polygonsAreCovered(_ outline: [SIMD2<Float>]) {
    let corners = outline.map { SIMD3($0.x, $0.y, 2) }
    let triangles = PolygonTriangulation.triangles(corners)
    #expect(triangles.count == corners.count - 2)
    var area: Float = 0
    for triangle in triangles {
      let (a, b, c) = (corners[triangle.x], corners[triangle.y], corners[triangle.z])
      let signed = (b - a).cross(c - a).z / 2
      #expect(signed > 0)
      area += signed
    }
    var whole: Float = 0
    for index in outline.indices {
      let (p, q) = (outline[index], outline[(index + 1) % outline.count])
      whole += (p.x * q.y - p.y * q.x) / 2
    }
    #expect(abs(area - whole) < 1e-4)
  }
}
