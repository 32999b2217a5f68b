import Archives
import Foundation
import Formats
import Geometry
import Imaging
import LinearMath
import Scenes
import TestSupport
import Testing
import Work

/// What is read in a program of its own or out of an archive, and what is written besides.
@Suite struct OtherFormatTests {
  private let folder = TemporaryFolder()

  /// Two triangles of a square, with a picture of two by two pixels.
  private static let pictured: Scene = {
    var attributes = VertexAttributes()
    attributes.uvs = [[[0, 0], [1, 0], [1, 1], [0, 1]]]
    attributes.normals = Array(repeating: [0, 0, 1], count: 4)
    let mesh = try! Mesh(
      positions: [[0, 0, 0], [2, 0, 0], [2, 1, 0], [0, 1, 0]], triangles: [[0, 1, 2], [0, 2, 3]],
      attributes: attributes)
    var material = Material()
    material.name = "tile"
    material.baseColorTexture = TextureSlot(texture: 0)
    material.metallic = 0
    var scene = Scene(mesh: mesh, material: material, unit: .meters)
    let picture = Image(
      width: 2, height: 2, channels: 3, bytes: [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
    scene.images = [
      ImageSource(name: "p", mediaType: "image/png", bytes: try! ImageFile.encodePNG(picture))
    ]
    scene.textures = [Texture(image: 0)]
    return scene
  }()

  private func written(_ format: SceneFormat, stem: String = "a model") throws -> String {
    let files = try SceneFile.encode(Self.pictured, as: format, stem: stem, log: LogSink())
    for file in files { _ = folder.write(file.bytes, as: file.name) }
    return folder.file(files[0].name)
  }

  /// Shape, coordinates and picture come back, whatever the file is called.
  @Test(arguments: [SceneFormat.gltf, .zip, .fbx, .glb])
  func shapeAndPictureComeBack(_ format: SceneFormat) throws {
    Program.useAssimp()
    let again = try SceneFile.read(try written(format), log: LogSink())
    #expect(again.triangleCount == 2)
    let size = again.merged().bounds.size
    #expect(abs(size.x - 2) < 1e-5 && abs(size.y - 1) < 1e-5)
    let part = try #require(again.surfaces().first)
    let slot = try #require(part.material.flatMap { again.materials[$0].baseColorTexture })
    let image = try #require(again.textures[slot.texture].image)
    #expect(again.images[image].bytes == Self.pictured.images[0].bytes)
    // The corner at the origin has the picture's first pixel.
    let corner = try #require(part.mesh.positions.firstIndex { $0.length < 1e-5 })
    let uv = part.mesh.attributes.uvs[0][corner]
    #expect(abs(uv.x) < 1e-5 && abs(uv.y) < 1e-5)
    if format == .fbx || format == .gltf { #expect(again.unit == .meters) }
  }

  /// Names that differ only in what the library cannot take keep their pictures apart.
  @Test func picturesOfTwoModelsKeepApart() throws {
    Program.useAssimp()
    func names(_ stem: String) throws -> [String] {
      try SceneFile.encode(Self.pictured, as: .fbx, stem: stem, log: LogSink()).map(\.name)
    }
    #expect(Set(try names("chair 1")).isDisjoint(with: try names("chair_1")))
  }

  /// WebP becomes PNG where a format's readers do not take it; what is lost is said.
  @Test(arguments: [SceneFormat.fbx, .usdz])
  func plainReadersGetPlainPictures(_ format: SceneFormat) throws {
    Program.useAssimp()
    var scene = Self.pictured
    let image = try scene.images[0].decoded().image
    scene.images[0] = ImageSource(
      name: "p", mediaType: "image/webp", bytes: try ImageFile.encodeWebP(image, quality: nil))
    scene.variants = ["other"]
    let log = LogSink()
    let files = try SceneFile.encode(scene, as: format, stem: "m", log: log)
    #expect(log.warnings.contains { $0.contains("leaves behind: variants") })
    let inside =
      format == .usdz ? try ArchiveReader(files[0].bytes).names : files.map(\.name)
    #expect(inside.contains { $0.hasSuffix(".png") } && !inside.contains { $0.hasSuffix("webp") })
    guard format == .fbx else { return }
    for file in files { _ = folder.write(file.bytes, as: file.name) }
    let again = try SceneFile.read(folder.file("m.fbx"), log: LogSink())
    #expect(try again.images.first?.decoded().image.rgba8() == image.rgba8())
  }

  private static let collada = """
    <?xml version="1.0"?><COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
    <asset><unit name="centimeter" meter="0.01"/><up_axis>Z_UP</up_axis></asset>
    <library_geometries><geometry id="g"><mesh>
    <source id="s"><float_array id="f" count="9">0 0 0 100 0 0 0 0 50</float_array><technique_common>
    <accessor source="#f" count="3" stride="3"><param name="X" type="float"/><param name="Y" type="float"/>
    <param name="Z" type="float"/></accessor></technique_common></source>
    <vertices id="v"><input semantic="POSITION" source="#s"/></vertices>
    <triangles count="1"><input semantic="VERTEX" source="#v" offset="0"/><p>0 1 2</p></triangles>
    </mesh></geometry></library_geometries>
    <library_visual_scenes><visual_scene id="w"><node><instance_geometry url="#g"/></node></visual_scene>
    </library_visual_scenes><scene><instance_visual_scene url="#w"/></scene></COLLADA>
    """

  /// Metres, and up is +y, whatever the file's own unit and axis.
  @Test func colladaComesInMetersAndUpright() throws {
    Program.useAssimp()
    let path = folder.write(Self.collada, as: "t.dae")
    let scene = try SceneFile.read(path, log: LogSink())
    let size = scene.merged().bounds.size
    #expect(scene.unit == .meters && scene.triangleCount == 1)
    #expect(abs(size.x - 1) < 1e-5 && abs(size.y - 0.5) < 1e-5 && size.z < 1e-5)
  }

  /// A reader that breaks down is a sentence here.
  @Test func damagedForeignFilesAreRefused() throws {
    Program.useAssimp()
    let fbx = contents(try written(.fbx))
    let dae = Array(Self.collada.utf8)
    for (bytes, name) in [
      (fbx, "cut.fbx"), (dae, "cut.dae"), ([UInt8](repeating: 7, count: 999), "x.3ds"),
    ] {
      for length in stride(
        from: bytes.count / 9, to: bytes.count * 8 / 9, by: max(bytes.count / 4, 1))
      {
        let path = folder.write(Array(bytes.prefix(length)), as: name)
        do {
          _ = try SceneFile.read(path, log: LogSink())
        } catch let error {
          #expect(error.place.contains(name) && !error.message.isEmpty)
          #expect(error.kind == .unreadableInput)
        }
      }
    }
    #expect(throws: FormatError.self) {
      try SceneFile.read(folder.file("nowhere.fbx"), log: LogSink())
    }
  }

  /// A model may be a link to elsewhere.
  @Test func linkedForeignModelsAreRead() throws {
    Program.useAssimp()
    try FileManager.default.createDirectory(
      atPath: folder.file("store"), withIntermediateDirectories: true)
    let there = folder.write(Self.collada, as: "store/t.dae")
    let link = TemporaryFolder()
    try FileManager.default.createSymbolicLink(
      atPath: link.file("l.dae"), withDestinationPath: there)
    #expect(try SceneFile.read(link.file("l.dae"), log: LogSink()).triangleCount == 1)
  }

  /// Thousands of corners at one position: each once, and in time that grows with their number.
  @Test func cornersThatCrowdAPositionAreFound() throws {
    var text = "v 0 0 0\nv 1 0 0\nv 0 1 0\n"
    for number in 0..<20_000 { text += "vt 0.\(number) 0\n" }
    for number in 1...20_000 { text += "f 1/\(number) 2/\(number) 3/\(number)\n" }
    for number in 1...20_000 { text += "f 1/\(number) 2/\(number) 3/\(number)\n" }
    let scene = try SceneFile.read(folder.write(text, as: "crowd.obj"), log: LogSink())
    #expect(scene.triangleCount == 40_000 && scene.merged().positions.count == 60_000)
  }

  // MARK: Archives

  private func archive(_ entries: [(name: String, bytes: [UInt8])]) throws -> String {
    folder.write(try DeflatedZip.bytes(entries), as: "a.zip")
  }

  private static let triangle = Array("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n".utf8)

  @Test func whatIsNoHonestArchiveIsRefused() throws {
    let model = (name: "m.obj", bytes: Self.triangle)
    func code(_ entries: [(name: String, bytes: [UInt8])]) throws -> String {
      let path = try archive(entries)
      do {
        _ = try SceneFile.read(path, log: LogSink())
        return "read"
      } catch let error {
        #expect(error.place.contains("a.zip"))
        return error.code
      }
    }
    #expect(try code([model]) == "read")
    #expect(try code([model, ("__MACOSX/._m.obj", [1])]) == "read")
    for name in ["../out.txt", "/out.txt", "a\\..\\b", "C:x", "a/../../b"] {
      #expect(try code([model, (name, [1])]) == "archive-refused", "\(name)")
    }
    #expect(try code([model, ("n.obj", Self.triangle)]) == "many-models")
    #expect(try code([("readme.txt", [1])]) == "no-model")
    let inner = try DeflatedZip.bytes([model])
    #expect(try code([model, ("inner.dat", inner)]) == "archive-refused")
    let zeros = [UInt8](repeating: 0, count: 4 << 20)
    #expect(try code([model, ("zeros.bin", zeros)]) == "archive-refused")
    #expect(try code([model, ("m.mtl", [1]), ("./m.mtl", [2])]) == "archive-refused")
    #expect(try code([("a", [1]), ("a/m.obj", Self.triangle)]) == "unpack")
    var many = [model]
    for number in 0..<10_001 { many.append(("\(number).txt", [])) }
    #expect(try code(many) == "archive-refused")
    // A tar, whatever it is called.
    #expect(throws: FormatError.self) {
      try SceneFile.read(
        folder.write([UInt8](repeating: 0x1F, count: 99), as: "t.zip"), log: LogSink())
    }
    // UTF-8 names whose mark, the fourth bit of the flags' second byte, is not set.
    var unmarked = try DeflatedZip.bytes([("Stühle.obj", Self.triangle)])
    for at in unmarked.indices.dropLast(9) {
      let isLocal = unmarked[at..<at + 4].elementsEqual([0x50, 0x4B, 3, 4])
      let isCentral = unmarked[at..<at + 4].elementsEqual([0x50, 0x4B, 1, 2])
      if isLocal { unmarked[at + 7] = 0 }
      if isCentral { unmarked[at + 9] = 0 }
    }
    let named = folder.write(unmarked, as: "unmarked.zip")
    #expect(try SceneFile.read(named, log: LogSink()).triangleCount == 1)
    var cut = contents(try archive([model]))
    cut.removeLast(30)
    #expect(throws: FormatError.self) {
      try SceneFile.read(folder.write(cut, as: "cut.zip"), log: LogSink())
    }
  }

  /// glTF is preferred, and finds its buffer in the archive.
  @Test func modelsInFoldersOfArchivesAreRead() throws {
    var files = try SceneFile.encode(Self.pictured, as: .gltf, stem: "m", log: LogSink())
    files = files.map { ("deep/er/" + $0.name, $0.bytes) }
    files.append(("deep/other.obj", Self.triangle))
    let scene = try SceneFile.read(try archive(files), log: LogSink())
    #expect(scene.triangleCount == 2 && scene.images.allSatisfy { $0.problem == nil })
    #expect(try SceneFormat.inside(folder.file("a.zip")) == .gltf)
  }

  /// Every file of a USDZ begins at a multiple of 64 bytes, and none is deflated.
  @Test func packagesAreAligned() throws {
    let bytes = contents(try written(.usdz))
    var at = 0
    var names: [String] = []
    while bytes[at..<at + 4].elementsEqual([0x50, 0x4B, 3, 4]) {
      func number(_ offset: Int, _ size: Int) -> Int {
        (0..<size).reduce(0) { $0 | Int(bytes[at + offset + $1]) << (8 * $1) }
      }
      let (name, extra) = (number(26, 2), number(28, 2))
      let start = at + 30 + name + extra
      #expect(start % 64 == 0 && number(8, 2) == 0)
      names.append(String(decoding: bytes[at + 30..<at + 30 + name], as: UTF8.self))
      at = start + number(18, 4)
    }
    #expect(names == ["model.usda", "textures/0.png"])
  }
}
