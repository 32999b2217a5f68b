import Formats
import Foundation
import Geometry
import Imaging
import LinearMath
import Scenes
import Settings
import TestSupport
import Testing
import Work

/// Packed GLBs, read again.
@Suite struct PackingTests {
  private let folder = TemporaryFolder()
  private static let all: [GeometryPacking.Compression] = [.none, .meshopt, .draco]

  private func packed(
    _ scene: Scene, _ packing: GeometryPacking
  ) throws -> (scene: Scene, bytes: Int, geometry: Int) {
    let (file, geometry) = try SceneFile.encodeGLB(scene, packing)
    let path = folder.write(file, as: "m.glb")
    return (try SceneFile.read(path, log: LogSink()), file.count, geometry)
  }

  /// The textured lathe, beside itself under two nodes: one with children.
  private static let twice: Scene = {
    var scene = RoundTripTests.textured
    let move = Matrix4(linear: .identity, translation: [5, 0, 0])
    scene.nodes = [
      .init(shape: 0, children: [1]), .init(parentFromNode: move, shape: 0),
    ]
    scene.materials[0].baseColorTexture = TextureSlot(texture: 0)
    scene.textures = [Texture(image: 0)]
    scene.images = [ImageSource(name: "p", mediaType: "image/png", bytes: [0x89])]
    return scene
  }()

  /// Every corner is where it was within half a step, with its coordinates and normal.
  @Test(arguments: all)
  func cornersStayWhereTheyWere(_ compression: GeometryPacking.Compression) throws {
    let before = Self.twice
    let (after, _, geometry) = try packed(before, GeometryPacking(compression: compression))
    let (a, b) = (before.merged(), after.merged())
    #expect(b.triangles.count == a.triangles.count && geometry > 0)
    let step: Float = compression == .none ? 0 : 2 / 16_383
    // A tree is more than is needed: each corner looks for the nearest that has its place and direction.
    let slot = after.materials[0].baseColorTexture
    for vertex in Set(a.triangles.flatMap { [Int($0[0]), Int($0[1]), Int($0[2])] }) {
      let position = a.positions[vertex]
      let normal = a.attributes.normals[vertex]
      let uv = a.attributes.uvs[0][vertex]
      let found = b.positions.indices.contains { other in
        let moved = slot!.transform.applied(to: b.attributes.uvs[0][other])
        return (b.positions[other] - position).length <= 2 * step
          && (b.attributes.normals[other] - normal).length < 0.05
          && abs(moved.x - uv.x) < 1e-3 && abs(moved.y - uv.y) < 1e-3
      }
      #expect(found, "\(compression), vertex \(vertex)")
    }
    #expect(
      after.materials[0].name == "red tin" && after.materials[0].alphaMode == .mask(cutoff: 0.25))
  }

  /// What two shapes have in common is in the file once.
  @Test(arguments: all)
  func sharedGeometryIsStoredOnce(_ compression: GeometryPacking.Compression) throws {
    var scene = RoundTripTests.textured
    let (_, _, once) = try packed(scene, GeometryPacking(compression: compression))
    scene.shapes.append(scene.shapes[0])
    scene.nodes.append(.init(shape: 1))
    scene.roots.append(1)
    let (after, _, twice) = try packed(scene, GeometryPacking(compression: compression))
    #expect(
      twice == once && after.triangleCount == 2 * scene.shapes[0].parts[0].mesh.triangles.count)
  }

  @Test func compressionMakesFilesSmaller() throws {
    let sphere = Mesh.icosphere(levels: 5)
    let sizes = try Self.all.map {
      try packed(Scene(mesh: sphere), GeometryPacking(compression: $0)).bytes
    }
    #expect(sizes[1] * 2 < sizes[0] && sizes[2] < sizes[1])
  }

  /// How thick a wall is counts in the mesh's unit, which a grid would change.
  @Test func thickWallsKeepTheirUnit() throws {
    var scene = RoundTripTests.textured
    scene.materials[0].transmission = 1
    scene.materials[0].volume = Volume()
    scene.materials[0].volume!.thickness = 0.5
    let (after, _, _) = try packed(scene, GeometryPacking(compression: .meshopt))
    #expect(after.nodes.allSatisfy { $0.parentFromNode == .identity })
    #expect(after.materials[0].volume?.thickness == 0.5)
    #expect(Set(after.merged().positions) == Set(scene.merged().positions))
  }

  /// Wide ranges and single points have grids too.
  @Test func oddRangesArePacked() throws {
    var attributes = VertexAttributes()
    attributes.uvs = [[[-40, 3], [90, 3], [7, 3]]]
    let flat = try Mesh(
      positions: [[1, 1, 1], [1, 1, 1], [1, 1, 1]], triangles: [[0, 1, 2]], attributes: attributes)
    var material = Material()
    material.baseColorTexture = TextureSlot(texture: 0)
    var scene = Scene(mesh: flat, material: material)
    scene.textures = [Texture(image: 0)]
    scene.images = [ImageSource(name: "p", mediaType: "image/png", bytes: [0x89])]
    let (after, _, _) = try packed(scene, GeometryPacking(compression: .meshopt))
    #expect(after.triangleCount == 1 && after.merged().positions.allSatisfy { $0 == [1, 1, 1] })
    // Further than sixteen turns, so many bits do not reach; the numbers stay as they are.
    #expect(Set(after.merged().attributes.uvs[0]) == [[-40, 3], [90, 3], [7, 3]])
  }

  /// More streams than the library compares, and a vertex that nothing uses far away.
  @Test(arguments: all)
  func wideAndStrayVerticesArePacked(_ compression: GeometryPacking.Compression) throws {
    var attributes = VertexAttributes()
    attributes.uvs = (0..<40).map { _ in [[0, 0], [1, 0], [0, 1], [0, 0]] }
    let mesh = try Mesh(
      positions: [[0, 0, 0], [1, 0, 0], [0, 1, 0], [1000, 0, 0]], triangles: [[0, 1, 2]],
      attributes: attributes)
    let (after, _, _) = try packed(Scene(mesh: mesh), GeometryPacking(compression: compression))
    #expect(after.merged().bounds.maximum.x == 1 && after.triangleCount == 1)
  }

  /// A coordinate on the border of two texels stays on it.
  @Test(arguments: all)
  func bordersOfTexelsStay(_ compression: GeometryPacking.Compression) throws {
    var attributes = VertexAttributes()
    attributes.uvs = [[[-0.0301, 0.5], [0.25, 1.01], [0.75, 0.5]]]
    let mesh = try Mesh(
      positions: [[0, 0, 0], [1, 0, 0], [0, 1, 0]], triangles: [[0, 1, 2]], attributes: attributes)
    var material = Material()
    material.baseColorTexture = TextureSlot(texture: 0)
    var scene = Scene(mesh: mesh, material: material)
    scene.textures = [Texture(image: 0)]
    scene.images = [ImageSource(name: "p", mediaType: "image/png", bytes: [0x89])]
    let (after, _, _) = try packed(scene, GeometryPacking(compression: compression))
    let transform = after.materials[0].baseColorTexture!.transform
    let uvs = after.merged().attributes.uvs[0].map { transform.applied(to: $0) }
    // Draco writes the origin of the steps with six decimals.
    let off: Float = compression == .draco ? 1e-6 : 0
    #expect(uvs.contains { abs($0.x - 0.25) <= off })
    #expect(uvs.contains { abs($0.x - 0.75) <= off && abs($0.y - 0.5) <= off })
  }

  /// A model of a few micrometres keeps its shape.
  @Test(arguments: all)
  func tinyModelsKeepTheirShape(_ compression: GeometryPacking.Compression) throws {
    let small = Matrix3(scale: 1e-6)
    let mesh = RoundTripTests.textured.merged().transformed(by: Matrix4(linear: small))
    let (after, _, _) = try packed(Scene(mesh: mesh), GeometryPacking(compression: compression))
    let (a, b) = (mesh.bounds, after.merged().bounds)
    #expect((a.minimum - b.minimum).length < 1e-9 && (a.maximum - b.maximum).length < 1e-9)
  }

  /// Two boxes of as many vertices, whose texture coordinates differ: a reader that fills accessors by what they are
  /// must not find one for both.
  @Test(arguments: [GeometryPacking.Compression.meshopt, .draco])
  func partsOfEqualSizeAreNotMixedUp(_ compression: GeometryPacking.Compression) throws {
    var scene = RoundTripTests.textured
    var other = scene.shapes[0].parts[0]
    var attributes = other.mesh.attributes
    attributes.uvs[0] = attributes.uvs[0].map { $0 * 0.5 }
    attributes.normals = attributes.normals.map { -$0 }
    other.mesh = try Mesh(
      positions: other.mesh.positions.map { $0 + [5, 0, 0] },
      triangles: other.mesh.triangles.map { [$0.x, $0.z, $0.y] }, attributes: attributes)
    scene.shapes[0].parts.append(other)
    let (file, _) = try SceneFile.encodeGLB(scene, GeometryPacking(compression: compression))
    let json = try JSONValue(parsing: Data(file[20..<20 + Int(file[12]) + Int(file[13]) << 8]))
    let primitives = json["meshes"]?.array?[0]["primitives"]?.array ?? []
    let used = primitives.map { primitive in
      Set((primitive["attributes"]?.object ?? []).compactMap(\.value.int))
    }
    #expect(
      used.count == 2 && used[0].isDisjoint(with: used[1]),
      "\(json["meshes"]!.text()) \(json["accessors"]!.text())")
    guard compression == .meshopt else { return }
    // The extension allows streams of one version each.
    for view in json["bufferViews"]?.array ?? [] {
      guard let packed = view["extensions"]?["EXT_meshopt_compression"] else { continue }
      let start = file.count - (json["buffers"]?.array?[0]["byteLength"]?.int ?? 0)
      let first = file[start + (packed["byteOffset"]?.int ?? 0)]
      #expect(first == (packed["mode"] == "TRIANGLES" ? 0xE1 : 0xA0))
    }
  }

  /// A WebP picture goes into formats whose readers know PNG and JPEG only.
  @Test(arguments: [SceneFormat.threeMF, .obj, .zip])
  func webpBecomesPlain(_ format: SceneFormat) throws {
    var scene = RoundTripTests.textured
    let picture = Image(
      width: 8, height: 8, channels: 3, bytes: (0..<192).map { UInt8($0) })
    scene.images = [
      ImageSource(
        name: "p", mediaType: "image/webp",
        bytes: try ImageFile.encodeWebP(picture.rgba8(), quality: nil))
    ]
    scene.textures = [Texture(image: 0)]
    scene.materials[0].baseColorTexture = TextureSlot(texture: 0)
    let files = try SceneFile.encode(scene, as: format, stem: "m", log: LogSink())
    for file in files { _ = folder.write(file.bytes, as: file.name) }
    let again = try SceneFile.read(folder.file(files[0].name), log: LogSink())
    let found = try #require(again.images.first)
    #expect(try ImageFile.decode(found.bytes).image.rgba8() == picture.rgba8())
  }
}
