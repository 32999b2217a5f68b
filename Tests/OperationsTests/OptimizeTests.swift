import Foundation
import Formats
import Imaging
import Operations
import Scenes
import Settings
import TestSupport
import Testing
import Work

@Suite struct OptimizeTests {
  private let folder = TemporaryFolder()

  private func optimize(_ input: String, _ flags: [(String, String)]) throws -> VerbResult {
    try Catalogue.verb(named: "optimize")!.run(
      [.flags(flags.map { (flag: $0.0, words: $0.1) })], [input], folder.file("small.glb"), 0, nil,
      WorkContext(threads: 2))
  }

  private func sample() throws -> String {
    let path = folder.file("big.glb")
    _ = try Catalogue.verb(named: "sample")!.run(
      [.flags([(flag: "--texture-size", words: "128")])], [], path, 0, nil, WorkContext(threads: 2))
    return path
  }

  private func size(_ path: String) -> Int { contents(path).count }

  @Test(arguments: ["none", "meshopt", "draco"])
  func filesAreSmallerAndTheSame(_ compression: String) throws {
    let model = try sample()
    let result = try optimize(model, [("--compression", compression)]).result
    let (before, after) = (result["bytesBefore"]?.int ?? 0, result["bytesAfter"]?.int ?? 0)
    #expect(before == size(model) && after == size(folder.file("small.glb")))
    #expect(compression == "none" ? after <= before : after * 10 < before * 9)
    #expect(result["triangles"] == result["trianglesBefore"])
    #expect((result["maxErrorPercent"]?.double ?? 1) < (compression == "none" ? 1e-4 : 0.01))
  }

  /// Smaller pictures in another format, and fewer triangles.
  @Test func picturesAndTrianglesAreFewer() throws {
    let flags = [
      ("--texture-format", "webp"), ("--texture-size", "64"), ("--target-triangles", "3000"),
    ]
    let result = try optimize(try sample(), flags).result
    #expect(result["triangles"]?.int == 3000)
    let scene = try SceneFile.read(folder.file("small.glb"), log: LogSink())
    #expect(!scene.images.isEmpty && scene.extensions.contains("EXT_texture_webp"))
    for source in scene.images {
      let image = try source.decoded().image
      #expect(max(image.width, image.height) == 64 && ImageFile.format(of: source.bytes) == .webp)
    }
  }

  /// What nothing shown reads is gone; what is there twice is there once.
  @Test func onlyWhatIsUsedStays() throws {
    var scene = try SceneFile.read(try sample(), log: LogSink())
    let materials = scene.materials.count
    let images = scene.images.count
    scene.materials.append(scene.materials[0])
    scene.materials.append(Material())
    scene.images.append(scene.images[0])
    scene.textures.append(Texture(image: scene.images.count - 1))
    scene.materials[0].emissiveTexture = TextureSlot(texture: scene.textures.count - 1)
    scene.nodes.append(.init(name: "nothing", children: []))
    scene.roots.append(scene.nodes.count - 1)
    let fat = folder.write(
      try SceneFile.encode(scene, as: .glb, stem: "fat", log: LogSink())[0].bytes, as: "fat.glb")
    _ = try optimize(fat, [("--compression", "none")])
    let small = try SceneFile.read(folder.file("small.glb"), log: LogSink())
    #expect(small.materials.count <= materials && small.images.count <= images)
    #expect(!small.nodes.contains { $0.name == "nothing" })
    #expect(small.triangleCount == scene.triangleCount)
  }

  @Test func otherFormatsAreRefused() throws {
    let model = try sample()
    #expect(throws: UsageError.self) {
      try Catalogue.verb(named: "optimize")!.run(
        [], [model], folder.file("small.obj"), 0, nil, WorkContext(threads: 1))
    }
  }

  /// A picture whose alpha nothing reads keeps its colors when it is made smaller.
  @Test func unreadAlphaWeighsNothing() throws {
    var scene = try SceneFile.read(try sample(), log: LogSink())
    let clear = Image(width: 64, height: 64, filledWith: [200, 100, 50, 0])
    scene.images = [
      ImageSource(name: "c", mediaType: "image/png", bytes: try ImageFile.encodePNG(clear))
    ]
    scene.textures = [Texture(image: 0)]
    for index in scene.materials.indices {
      scene.materials[index] = scene.materials[index].mappingSlots { _ in nil }
      scene.materials[index].baseColorTexture = TextureSlot(texture: 0)
      scene.materials[index].alphaMode = .opaque
    }
    let file = folder.write(
      try SceneFile.encode(scene, as: .glb, stem: "c", log: LogSink())[0].bytes, as: "c.glb")
    _ = try optimize(file, [("--texture-size", "32")])
    let small = try SceneFile.read(folder.file("small.glb"), log: LogSink())
    let image = try small.images[0].decoded().image
    #expect(image.width == 32 && Array(image.bytes.prefix(3)) == [200, 100, 50])
  }
}
