import Foundation
import Formats
import Geometry
import LinearMath
import Scenes
import TestSupport
import Testing
import Work

@Suite struct GLTFReaderTests {
  private func read(_ text: String, log: LogSink = LogSink()) throws -> Scene {
    let folder = TemporaryFolder()
    return try SceneFile.read(folder.write(text, as: "model.gltf"), log: log)
  }

  @Test func readsATriangle() throws {
    let mesh = try read(GLTFBuilder.triangle()).merged()
    #expect(mesh.positions == [[0, 0, 0], [1, 0, 0], [0, 1, 0]])
    #expect(mesh.triangles == [[0, 1, 2]])
  }

  @Test func nodeTransformsApply() throws {
    let turned = try read(
      GLTFBuilder.triangle(
        node: """
          , "translation": [1, 2, 3], "rotation": [0, 0, 0.70710678, 0.70710678], "scale": [2, 2, 2]
          """))
    #expect((turned.merged().positions[1] - [1, 4, 3]).length < 1e-5)
    let matrix = try read(
      GLTFBuilder.triangle(node: #", "matrix": [0,2,0,0, -2,0,0,0, 0,0,2,0, 1,2,3,1]"#))
    #expect((matrix.merged().positions[1] - [1, 4, 3]).length < 1e-5)
  }

  @Test func mirroringNodeKeepsTheFrontInFront() throws {
    let mesh = try read(GLTFBuilder.triangle(node: #", "scale": [-1, 1, 1]"#)).merged()
    let (a, b, c) = mesh.corners(0)
    #expect((b - a).cross(c - a).z > 0)
  }

  @Test func sparseValuesReplace() throws {
    var builder = GLTFBuilder()
    _ = builder.add([0, 0, 0, 1, 0, 0, 0, 1, 0] as [Float])
    let indices = builder.add([2] as [UInt16])
    let values = builder.add([5, 6, 7] as [Float])
    let mesh = try read(
      builder.document(
        """
        "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3",
          "sparse": {"count": 1, "indices": {"bufferView": 1, "componentType": 5123},
                     "values": {"bufferView": 2}}}],
        "bufferViews": [{"buffer": 0, "byteLength": 36},
          {"buffer": 0, "byteOffset": \(indices), "byteLength": 2},
          {"buffer": 0, "byteOffset": \(values), "byteLength": 12}]
        """)
    ).merged()
    #expect(mesh.positions == [[0, 0, 0], [1, 0, 0], [5, 6, 7]])
  }

  /// Interleaved positions and normalised UVs of every integer type, read back as fractions.
  @Test(arguments: [
    (5121, 255.0), (5123, 65535.0), (5120, 127.0), (5122, 32767.0),
  ])
  func normalisedIntegersAreFractions(_ type: Int, _ scale: Double) throws {
    var builder = GLTFBuilder()
    let stride = 20
    for corner in [[0, 0, 0], [1, 0, 0], [0, 1, 0]] as [[Float]] {
      _ = builder.add(corner)
      let value = Int(scale) / 2
      switch type {
      case 5121: _ = builder.add([UInt8(value), UInt8(value), 0, 0, 0, 0, 0, 0])
      case 5120: _ = builder.add([Int8(value), Int8(value), 0, 0, 0, 0, 0, 0])
      case 5123: _ = builder.add([UInt16(value), UInt16(value), 0, 0])
      default: _ = builder.add([Int16(value), Int16(value), 0, 0])
      }
    }
    let mesh = try read(
      builder.document(
        """
        "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "TEXCOORD_0": 1}}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"},
          {"bufferView": 0, "byteOffset": 12, "componentType": \(type), "normalized": true,
           "count": 3, "type": "VEC2"}],
        "bufferViews": [{"buffer": 0, "byteLength": 60, "byteStride": \(stride)}]
        """)
    ).merged()
    let expected = Float(Double(Int(scale) / 2) / scale)
    #expect(mesh.attributes.uvs[0].allSatisfy { abs($0.x - expected) < 1e-6 })
    #expect(mesh.positions[1] == [1, 0, 0])
  }

  @Test(
    arguments: [
      (4, [[0, 1, 2]]), (5, [[0, 1, 2], [1, 3, 2]]), (6, [[0, 1, 2], [0, 2, 3]]),
    ] as [(Int, [SIMD3<UInt32>])])
  func stripsAndFansUnroll(_ mode: Int, _ triangles: [SIMD3<UInt32>]) throws {
    var builder = GLTFBuilder()
    _ = builder.add([0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0] as [Float])
    let mesh = try read(
      builder.document(
        """
        "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "mode": \(mode)}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"}],
        "bufferViews": [{"buffer": 0, "byteLength": 48}]
        """)
    ).merged()
    #expect(mesh.triangles == triangles)
  }

  @Test func morphsAndSkinsTakeTheirDefaultPose() throws {
    var builder = GLTFBuilder()
    _ = builder.add([0, 0, 0, 1, 0, 0, 0, 1, 0] as [Float])
    let offsets = builder.add([0, 0, 2, 0, 0, 2, 0, 0, 2] as [Float])
    let joints = builder.add([0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0] as [UInt8])
    let weights = builder.add([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0] as [Float])
    let mesh = try read(
      builder.document(
        """
        "scenes": [{"nodes": [0, 1, 2]}],
        "nodes": [{"mesh": 0, "skin": 0, "translation": [100, 0, 0]}, {}, {"translation": [0, 5, 0]}],
        "skins": [{"joints": [1, 2]}],
        "meshes": [{"weights": [0.5], "primitives": [{"targets": [{"POSITION": 1}],
          "attributes": {"POSITION": 0, "JOINTS_0": 2, "WEIGHTS_0": 3}}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"},
          {"bufferView": 1, "componentType": 5126, "count": 3, "type": "VEC3"},
          {"bufferView": 2, "componentType": 5121, "count": 3, "type": "VEC4"},
          {"bufferView": 3, "componentType": 5126, "count": 3, "type": "VEC4"}],
        "bufferViews": [{"buffer": 0, "byteLength": 36},
          {"buffer": 0, "byteOffset": \(offsets), "byteLength": 36},
          {"buffer": 0, "byteOffset": \(joints), "byteLength": 12},
          {"buffer": 0, "byteOffset": \(weights), "byteLength": 48}]
        """)
    ).merged()
    // Half of the target, the second joint 5 up, and the node's own place ignored.
    #expect(mesh.positions == [[0, 0, 1], [1, 5, 1], [0, 6, 1]])
  }

  @Test(arguments: [
    (
      #""accessors": [{"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"}]"#,
      "out-of-range"
    ),
    (
      #""accessors": [{"bufferView": 1, "componentType": 5126, "count": 3, "type": "VEC3"}]"#,
      "unresolved-reference"
    ),
    (
      #""accessors": [{"bufferView": 0, "componentType": 99, "count": 3, "type": "VEC3"}]"#,
      "bad-type"
    ),
    (
      #""accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC9"}]"#,
      "bad-type"
    ),
    (
      #""accessors": [{"bufferView": 0, "componentType": 5126, "count": -3, "type": "VEC3"}]"#,
      "out-of-range"
    ),
    (
      #""accessors": [{"bufferView": 0, "componentType": 5126, "count": "3", "type": "VEC3"}]"#,
      "type-mismatch"
    ),
    (
      #""accessors": [{"bufferView": 0, "componentType": 5126, "count": 1e15, "type": "VEC3"}]"#,
      "out-of-range"
    ),
  ])
  func brokenAccessorsAreNamed(_ accessors: String, _ code: String) throws {
    var builder = GLTFBuilder()
    _ = builder.add([0, 0, 0, 1, 0, 0, 0, 1, 0] as [Float])
    let text = builder.document(
      """
      "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}], \(accessors),
      "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
      "bufferViews": [{"buffer": 0, "byteLength": 36}]
      """)
    let error = #expect(throws: FormatError.self) { try read(text) }
    #expect(error?.code == code)
    #expect(error?.place.contains("accessors[0]") == true, "\(error?.place ?? "")")
  }

  /// A skin whose joints are floats, or whose normals are too few, must not reach arithmetic.
  @Test(arguments: [
    (5126, 3, "bad-type"), (5120, 3, "bad-type"), (5121, 2, "unequal-count"),
  ])
  func brokenSkinsAreRefused(_ jointType: Int, _ normals: Int, _ code: String) throws {
    var builder = GLTFBuilder()
    _ = builder.add([0, 0, 0, 1, 0, 0, 0, 1, 0] as [Float])
    _ = builder.add([Float](repeating: .nan, count: 12))
    let text = builder.document(
      """
      "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0, "skin": 0}, {}], "skins": [{"joints": [1]}],
      "meshes": [{"primitives": [{"attributes":
        {"POSITION": 0, "NORMAL": 1, "JOINTS_0": 2, "WEIGHTS_0": 3}}]}],
      "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"},
        {"bufferView": 0, "componentType": 5126, "count": \(normals), "type": "VEC3"},
        {"bufferView": 1, "componentType": \(jointType), "count": 3, "type": "VEC4"},
        {"bufferView": 1, "componentType": 5126, "count": 3, "type": "VEC4"}],
      "bufferViews": [{"buffer": 0, "byteLength": 36},
        {"buffer": 0, "byteOffset": 36, "byteLength": 48}]
      """)
    let error = #expect(throws: FormatError.self) { try read(text) }
    #expect(error?.code == code, "\(error?.description ?? "")")
  }

  /// A small file that claims to hold petabytes.
  @Test func lyingLengthsTakeNoMemory() throws {
    let folder = TemporaryFolder()
    _ = folder.write([UInt8](repeating: 0, count: 36), as: "x.bin")
    let text = """
      {"asset": {"version": "2.0"}, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
       "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
       "accessors": [{"bufferView": 0, "componentType": 5126, "count": 100000000000000, "type": "VEC3"}],
       "bufferViews": [{"buffer": 0, "byteLength": 2000000000000000}],
       "buffers": [{"byteLength": 2000000000000000, "uri": "x.bin"}]}
      """
    let error = #expect(throws: FormatError.self) {
      try SceneFile.read(folder.write(text, as: "m.gltf"), log: LogSink())
    }
    #expect(error?.code == "length-mismatch")
  }

  @Test func aListedChildIsShownOnce() throws {
    let scenes = GLTFBuilder.triangle(node: #", "children": [1]}, {"mesh": 0"#)
      .replacing(#"{"nodes": [0]}"#, with: #"{"nodes": [0, 1]}"#)
    #expect(try read(scenes).triangleCount == 2)
    let alone = GLTFBuilder.triangle(node: #", "children": [1]}, {"mesh": 0"#)
      .replacing(#"{"nodes": [0]}"#, with: #"{"nodes": [1]}"#)
    #expect(try read(alone).triangleCount == 1)
  }

  @Test func loopsEndAndSharedChildrenAreShownTwice() throws {
    let loop = GLTFBuilder.triangle(node: #", "children": [1]}, {"children": [0]"#)
    #expect(throws: FormatError.self) { try read(loop) }
    let log = LogSink()
    let shared = GLTFBuilder.triangle(
      node: #", "children": [1, 2]}, {"children": [3]}, {"children": [3]}, {"mesh": 0"#)
    let scene = try read(shared, log: log)
    #expect(scene.triangleCount == 3)
    #expect(log.warnings.contains { $0.contains("2 parents") })
  }

  @Test func exponentialHierarchiesAreRefused() throws {
    // Forty levels, each with the next one twice among its children: 2^40 places.
    let levels = (1...40).map { #"{"children": [\#($0 + 1), \#($0 + 1)]}"# }.joined(separator: ",")
    let text = """
      {"asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}],
       "nodes": [{"children": [1]}, \(levels), {}]}
      """
    let error = #expect(throws: FormatError.self) { try read(text) }
    #expect(error?.code == "too-many-nodes")
  }

  @Test func oddButHarmlessLoadsWithAWarning() throws {
    let log = LogSink()
    _ = try read(GLTFBuilder.triangle(node: #"}, {"weights": [1]"#), log: log)
    #expect(log.warnings == ["nodes[1] has weights but no mesh"])
    let error = #expect(throws: FormatError.self) {
      try read(GLTFBuilder.triangle(node: #", "name": 42"#))
    }
    #expect(error?.place == "nodes[0].name" || error?.place.hasSuffix("nodes[0].name") == true)
  }

  @Test func requiredExtensionsAreNamed() {
    let text = GLTFBuilder.triangle(extra: #", "extensionsRequired": ["VENDOR_thing"]"#)
    let error = #expect(throws: FormatError.self) { try read(text) }
    #expect(error?.message.contains("VENDOR_thing") == true)
  }

  @Test func nothingOutsideTheFolderIsOpened() throws {
    let folder = TemporaryFolder()
    _ = folder.write([0, 1, 2, 3], as: "secret.bin")
    for uri in [
      "../secret.bin", "/etc/passwd", "http://127.0.0.1:1/x", "a/../../secret.bin",
      "link/secret.bin",
    ] {
      let text = GLTFBuilder.triangle().replacing(
        /"uri": "data[^"]*"/, with: "\"uri\": \"\(uri)\"")
      let path = folder.write(text, as: "sub/model.gltf")
      try? FileManager.default.createSymbolicLink(
        atPath: folder.file("sub/link"), withDestinationPath: folder.path)
      let error = #expect(throws: FormatError.self) { try SceneFile.read(path, log: LogSink()) }
      #expect(
        ["outside-folder", "remote-uri"].contains(error?.code ?? ""), "\(uri): \(error?.code ?? "")"
      )
    }
  }

  /// What cannot lie outside 0 to 1 does not go on into other files; light goes on as a strength.
  @Test func factorsPastTheirLimitsAreClamped() throws {
    let text = GLTFBuilder.triangle(
      primitive: ", \"material\": 0",
      extra: """
        , "materials": [{"emissiveFactor": [4, 2, 0], "alphaMode": "MASK", "alphaCutoff": -1,
            "pbrMetallicRoughness": {"baseColorFactor": [2, 0.5, -1, 1]}}]
        """)
    let folder = TemporaryFolder()
    let log = LogSink()
    let material = try SceneFile.read(folder.write(text, as: "a.gltf"), log: log).materials[0]
    #expect(material.baseColor == [1, 0.5, 0, 1] && material.alphaMode == .mask(cutoff: 0))
    #expect(material.emissive == [1, 0.5, 0] && material.emissiveStrength == 4)
    #expect(log.warnings.count == 3, "\(log.warnings)")
  }

  /// Small files that ask for a great deal: primitives share one accessor without data, nodes a list of places.
  @Test func repeatedAccessorsHaveALimit() throws {
    let folder = TemporaryFolder()
    let primitives = [String](repeating: "{\"attributes\": {\"POSITION\": 0}}", count: 100)
    let text = """
      {"asset": {"version": "2.0"}, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
       "meshes": [{"primitives": [\(primitives.joined(separator: ","))]}],
       "accessors": [{"componentType": 5126, "count": 4194304, "type": "VEC3"}]}
      """
    #expect(throws: FormatError.self) {
      try SceneFile.read(folder.write(text, as: "a.gltf"), log: LogSink())
    }
    var builder = GLTFBuilder()
    _ = builder.add([0, 0, 0, 1, 0, 0, 0, 1, 0] as [Float])
    let many = builder.document(
      """
      "scenes": [{"nodes": [0]}],
      "nodes": [{"mesh": 0, "extensions": {"EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": 1}}}}],
      "extensionsUsed": ["EXT_mesh_gpu_instancing"],
      "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
      "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"},
        {"componentType": 5126, "count": 4000000, "type": "VEC3"}],
      "bufferViews": [{"buffer": 0, "byteLength": 36}]
      """)
    #expect(throws: FormatError.self) {
      try SceneFile.read(folder.write(many, as: "b.gltf"), log: LogSink())
    }
  }

  /// A million names in one object are looked up a million times, not a million million times.
  @Test func objectsOfManyNamesTakeNoLonger() throws {
    let names = (0..<200_000).map { "\"_A\($0)\": 0" }.joined(separator: ",")
    var builder = GLTFBuilder()
    _ = builder.add([0, 0, 0, 1, 0, 0, 0, 1, 0] as [Float])
    let text = builder.document(
      """
      "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
      "meshes": [{"primitives": [{"attributes": {"POSITION": 0, \(names)}}]}],
      "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"}],
      "bufferViews": [{"buffer": 0, "byteLength": 36}]
      """)
    let folder = TemporaryFolder()
    let scene = try SceneFile.read(folder.write(text, as: "a.gltf"), log: LogSink())
    #expect(scene.triangleCount == 1)
  }
}
