import Formats
import Foundation
import Geometry
import Imaging
import Scenes
import TestSupport
import Testing
import Work

/// Compressed glTF. The bytes are of a tetrahedron and of four pixels, made once with the formats' own tools.
@Suite struct CompressionTests {
  private let folder = TemporaryFolder()

  private func read(_ text: String) throws -> Scene {
    try SceneFile.read(folder.write(Array(text.utf8), as: "x.gltf"), log: LogSink())
  }

  private static func bytes(_ base64: String) -> [UInt8] { [UInt8](Data(base64Encoded: base64)!) }

  /// `draco_encoder -i tetrahedron.obj -qp 11`
  private static let draco = bytes(
    "RFJBQ08CAgEBAAAABAQAAwAAAS8BARAB/wAAAQAJAwAAAgEBAQADAwEQATADAFCCJJEEAAAAAP8HAAAAAAAAAAAAAAAAAAAAAIA/Cw=="
  )
  /// meshoptimizer's `encode_vertex_buffer` and `encode_index_buffer`.
  private static let vertices = bytes(
    "oAAAATwAAAD//wE8AAAAfn0AAAEPAAAA//8BDwAAAH59AAABAwAAAP8BAwAAAH4AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
  )
  private static let triangles = bytes("4f4OAhHwBAB2h1ZneKmGZYlomAFpAAA=")
  /// `cwebp -exact -lossless`
  private static let webp = bytes(
    "UklGRjAAAABXRUJQVlA4TCMAAAAvAUAAEB8gEEjeHzqN+RcQFPwfnYCgyP/RImYPwg0YIvofAgA=")

  private static func dracoDocument(_ bytes: [UInt8], vertices: Int = 4) -> String {
    var builder = GLTFBuilder()
    _ = builder.add(bytes)
    return builder.document(
      """
      "extensionsUsed": ["KHR_draco_mesh_compression"],
      "extensionsRequired": ["KHR_draco_mesh_compression"],
      "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
      "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "extensions":
        {"KHR_draco_mesh_compression": {"bufferView": 0, "attributes": {"POSITION": 0}}}}]}],
      "accessors": [{"componentType": 5126, "count": \(vertices), "type": "VEC3"},
                    {"componentType": 5123, "count": 12, "type": "SCALAR"}],
      "bufferViews": [{"buffer": 0, "byteLength": \(bytes.count)}]
      """)
  }

  private static func meshoptDocument(_ vertices: [UInt8], _ triangles: [UInt8]) -> String {
    var builder = GLTFBuilder()
    _ = builder.add(vertices)
    let second = builder.add(triangles)
    func view(_ offset: Int, _ length: Int, _ stride: Int, _ count: Int, _ mode: String) -> String {
      """
      {"buffer": 1, "byteLength": \(stride * count), "extensions": {"EXT_meshopt_compression":
        {"buffer": 0, "byteOffset": \(offset), "byteLength": \(length), "byteStride": \(stride),
         "count": \(count), "mode": "\(mode)"}}}
      """
    }
    return builder.document(
      """
      "extensionsUsed": ["EXT_meshopt_compression"],
      "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
      "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
      "accessors": [
        {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"},
        {"bufferView": 1, "componentType": 5125, "count": 12, "type": "SCALAR"}],
      "bufferViews": [\(view(0, vertices.count, 12, 4, "ATTRIBUTES")),
                      \(view(second, triangles.count, 4, 12, "TRIANGLES"))]
      """
    ).replacing(#""buffers": ["#, with: #""buffers": [{"byteLength": 96}, "#)
      .replacing(#""buffer": 0, "byteOffset""#, with: #""buffer": 1, "byteOffset""#)
      .replacing(#"{"buffer": 1, "byteLength""#, with: #"{"buffer": 0, "byteLength""#)
  }

  /// A sixth of a unit cube, wherever its corners ended up in the file.
  private func expectTetrahedron(_ scene: Scene) {
    let mesh = scene.shapes[0].parts[0].mesh
    #expect(mesh.triangles.count == 4)
    #expect(Set(mesh.positions) == [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    let report = mesh.report()
    #expect(report.isWatertight && abs(report.volume - 1.0 / 6) < 1e-6)
  }

  @Test func dracoPrimitivesAreDecoded() throws {
    expectTetrahedron(try read(Self.dracoDocument(Self.draco)))
  }

  @Test func meshoptViewsAreDecoded() throws {
    expectTetrahedron(try read(Self.meshoptDocument(Self.vertices, Self.triangles)))
  }

  @Test func webpPicturesAreDecodedAndPreferred() throws {
    let (image, _) = try ImageFile.decode(Self.webp)
    #expect(image.width == 2 && image.height == 2)
    #expect(
      image.bytes == [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 0])
    let picture = "data:image/webp;base64," + Data(Self.webp).base64EncodedString()
    let scene = try read(
      GLTFBuilder.triangle(
        extra: """
          , "images": [{"uri": "nowhere.png"}, {"uri": "\(picture)"}],
          "textures": [{"source": 0, "extensions": {"EXT_texture_webp": {"source": 1}}}],
          "extensionsUsed": ["EXT_texture_webp"], "extensionsRequired": ["EXT_texture_webp"]
          """))
    #expect(scene.textures[0].image == 1 && scene.images[1].problem == nil)
  }

  @Test func instancesAreNodes() throws {
    var builder = GLTFBuilder()
    _ = builder.add([0, 0, 0, 1, 0, 0, 0, 1, 0] as [Float])
    _ = builder.add([0, 0, 0, 5, 0, 0, 0, 0, 7] as [Float])
    _ = builder.add([1, 1, 1, 2, 2, 2, 3, 3, 3] as [Float])
    func text(_ scales: Int) -> String {
      builder.document(
        """
        "extensionsUsed": ["EXT_mesh_gpu_instancing"],
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "translation": [0, 10, 0], "extensions": {"EXT_mesh_gpu_instancing":
          {"attributes": {"TRANSLATION": 1, "SCALE": 2}}}}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [
          {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"},
          {"bufferView": 1, "componentType": 5126, "count": 3, "type": "VEC3"},
          {"bufferView": 2, "componentType": 5126, "count": \(scales), "type": "VEC3"}],
        "bufferViews": [{"buffer": 0, "byteLength": 36},
          {"buffer": 0, "byteOffset": 36, "byteLength": 36},
          {"buffer": 0, "byteOffset": 72, "byteLength": 36}]
        """)
    }
    let mesh = try read(text(3)).merged()
    #expect(mesh.triangles.count == 3)
    #expect(mesh.positions.contains([7, 10, 0]) && mesh.positions.contains([0, 13, 7]))
    #expect(throws: FormatError.self) { try read(text(2)) }
  }

  /// A required extension of pictures that cannot be read costs the picture, not the model.
  @Test func unreadablePicturesAreLeftOut() throws {
    let log = LogSink()
    let text = GLTFBuilder.triangle(
      extra: """
        , "images": [{"uri": "a.ktx2", "mimeType": "image/ktx2"}],
        "textures": [{"extensions": {"KHR_texture_basisu": {"source": 0}}}],
        "extensionsUsed": ["KHR_texture_basisu"], "extensionsRequired": ["KHR_texture_basisu"]
        """)
    let scene = try SceneFile.read(folder.write(Array(text.utf8), as: "x.gltf"), log: log)
    #expect(scene.triangleCount == 1 && scene.textures[0].image == nil)
    #expect(log.warnings.contains { $0.contains("textures[0]") && $0.contains("basisu") })
  }

  /// Cut short anywhere or with a byte changed: a sentence, or some mesh.
  @Test func damageIsRefused() throws {
    for length in stride(from: 1, to: Self.draco.count, by: 3) {
      #expect(throws: FormatError.self) {
        try read(Self.dracoDocument(Array(Self.draco.prefix(length))))
      }
    }
    #expect(throws: FormatError.self) { try read(Self.dracoDocument(Self.draco, vertices: 5)) }
    for length in stride(from: 1, to: Self.vertices.count, by: 3) {
      #expect(throws: FormatError.self) {
        try read(Self.meshoptDocument(Array(Self.vertices.prefix(length)), Self.triangles))
      }
    }
    for at in Self.draco.indices {
      var bytes = Self.draco
      bytes[at] ^= 0x55
      _ = try? read(Self.dracoDocument(bytes))
    }
    for at in Self.webp.indices {
      var bytes = Self.webp
      bytes[at] ^= 0x55
      _ = try? ImageFile.decode(bytes)
      _ = try? ImageFile.decode(Array(Self.webp.prefix(at)))
    }
  }
}
