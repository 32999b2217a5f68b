import Formats
import Geometry
import Imaging
import LinearMath
import Scenes
import TestSupport
import Testing
import Work

@Suite struct TextFormatTests {
  private func read(_ text: String, as name: String, log: LogSink = LogSink()) throws -> Mesh {
    let folder = TemporaryFolder()
    return try SceneFile.read(folder.write(text, as: name), log: log).merged()
  }

  @Test func objIndicesCountFromBothEnds() throws {
    let mesh = try read(
      "v 0 0 0\r\nv 1 0 0\rv 1 1 0 \\\n\nv 0 1 0\nf 1 2 3\nf -4 -2 -1\n", as: "a.obj")
    #expect(mesh.triangles.count == 2)
    #expect(mesh.corners(1).1 == [1, 1, 0])
  }

  @Test(arguments: [
    ("v 0 0\n", "line 1"), ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 4\n", "line 4"),
    ("v 0 0 x\n", "line 1"), ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2\nf 1 2 3\n", "line 4"),
    ("v 0 0 0\nf 1 2 99999999999999999999\n", "line 2"),
  ])
  func objErrorsNameTheLine(_ text: String, _ place: String) {
    let error = #expect(throws: FormatError.self) { try read(text, as: "a.obj") }
    #expect(error?.place.hasSuffix(place) == true, "\(error?.description ?? "")")
  }

  @Test func objMaterialsBecomeParts() throws {
    let folder = TemporaryFolder()
    _ = folder.write("newmtl a b\nKd 1 0 0\nnewmtl c\nd 0.5\n", as: "m.mtl")
    let path = folder.write(
      """
      mtllib m.mtl
      v 0 0 0
      v 1 0 0
      v 0 1 0
      usemtl a b
      f 1 2 3
      usemtl c
      f 3 2 1
      """, as: "m.obj")
    let scene = try SceneFile.read(path, log: LogSink())
    #expect(scene.shapes[0].parts.count == 2)
    #expect(scene.materials.map(\.name) == ["a b", "c"])
    #expect(scene.materials[1].alphaMode == .blend)
  }

  @Test func colourThatIsNoNumberIsLeftOut() throws {
    let folder = TemporaryFolder()
    _ = folder.write("newmtl a\nKd nan nan nan\nKe inf 0 0\n", as: "m.mtl")
    let path = folder.write(
      "mtllib m.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nusemtl a\nf 1 2 3\n", as: "m.obj")
    let material = try SceneFile.read(path, log: LogSink()).materials[0]
    #expect(material.baseColor == [1, 1, 1, 1] && material.emissive == .zero)
  }

  @Test func stlTextAndBinaryThatSaysSolid() throws {
    let facet =
      "facet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\n"
    #expect(
      try read("solid a\n\(facet)endsolid a\nsolid b\n\(facet)endsolid b\n", as: "a.stl").triangles
        .count == 2)
    #expect(throws: FormatError.self) { try read("solid a\n\(facet)", as: "a.stl") }
    let folder = TemporaryFolder()
    var bytes = try SceneFile.encode(
      Scene(mesh: .box()), as: .stl, stem: "x", log: LogSink())[0].bytes
    bytes.replaceSubrange(0..<5, with: Array("solid".utf8))
    let mesh = try SceneFile.read(folder.write(bytes, as: "b.stl"), log: LogSink()).merged()
    #expect(mesh.triangles.count == 12 && mesh.positions.count == 8)
  }

  /// Comments, counts beside the word, polygons, colors in codes and as shares; what it writes it reads.
  @Test(arguments: ["OFF\n4 2 0", "# made by hand\nOFF 4 2 5 # counts", "\n\nOFF\n\n4 2"])
  func offReadsItsHeaders(_ head: String) throws {
    let body = "0 0 0\n1 0 0 # right\n1 1 0\n0 1 0\n4 0 1 2 3\n3 0 1 2 255 0 0\n"
    let log = LogSink()
    let mesh = try read(head + "\n" + body, as: "a.off", log: log)
    #expect(mesh.triangles.count == 3 && mesh.positions[2] == [1, 1, 0])
    #expect(log.warnings.contains { $0.contains("colours of faces") })
  }

  @Test func offKeepsColors() throws {
    let text = "COFF\n3 1 0\n0 0 0 255 0 51 255\n1 0 0 0 0 0 255\n0 1 0 0 0 0 255\n3 0 1 2\n"
    let mesh = try read(text, as: "a.off")
    #expect(mesh.attributes.colors[0] == [1, 0, SRGB.linearOfCode[51], 1])
    let files = try SceneFile.encode(Scene(mesh: mesh), as: .off, stem: "b", log: LogSink())
    let again = try read(String(decoding: files[0].bytes, as: UTF8.self), as: "b.off")
    #expect(again.positions == mesh.positions && again.triangles == mesh.triangles)
    for (one, other) in zip(again.attributes.colors, mesh.attributes.colors) {
      for channel in 0..<4 { #expect(abs(one[channel] - other[channel]) < 1e-6) }
    }
  }

  /// What painted a model wrote codes for a screen: the same code goes into a format that says so.
  @Test(arguments: ["a.ply", "a.obj", "a.off"])
  func colorsOfVerticesAreSRGB(_ name: String) throws {
    let text =
      switch name {
      case "a.ply":
        "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
          + "property uchar red\nproperty uchar green\nproperty uchar blue\nelement face 1\n"
          + "property list uchar int vertex_indices\nend_header\n"
          + "0 0 0 188 188 188\n1 0 0 188 188 188\n0 1 0 188 188 188\n3 0 1 2\n"
      case "a.obj":
        [0, 1, 2].map { "v \($0) \($0 % 2) 0 \(188 / 255.0) \(188 / 255.0) \(188 / 255.0)\n" }
          .joined()
          + "f 1 2 3\n"
      default:
        "COFF\n3 1 0\n0 0 0 188 188 188 255\n1 0 0 188 188 188 255\n0 1 0 188 188 188 255\n3 0 1 2\n"
      }
    let mesh = try read(text, as: name)
    let light = SRGB.linearOfCode[188]
    #expect(mesh.attributes.colors.allSatisfy { abs($0.x - light) < 1e-6 && $0.w == 1 })
    let format = try SceneFormat(path: name)
    let file = try SceneFile.encode(Scene(mesh: mesh), as: format, stem: "b", log: LogSink())[0]
    let folder = TemporaryFolder()
    let again = try SceneFile.read(folder.write(file.bytes, as: name), log: LogSink()).merged()
    #expect(again.attributes.colors.allSatisfy { abs($0.x - light) < 1e-6 && $0.w == 1 })
  }

  /// Entries of nothing, a million at a time, and a library that names itself: both are read at once.
  @Test func repetitionTakesNoTime() throws {
    let empty = String(repeating: "element a 1000000\n", count: 5000)
    let text =
      "ply\nformat ascii 1.0\n\(empty)element vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
      + "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
      + "0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n" + String(repeating: " ", count: 1 << 20)
    #expect(try read(text, as: "a.ply").triangles.count == 1)
    let again = String(repeating: "mtllib a.obj\n", count: 50_000)
    #expect(
      try read("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n" + again, as: "a.obj").triangles.count == 1)
  }

  @Test(arguments: [
    ("4OFF\n1 0 0\n0 0 0 0\n", "dimensions"), ("OFF BINARY\n1 0 0\n", "binary"),
    ("OFF\n900000000 2 0\n0 0 0\n", "size"), ("OFF\n3 1 0\n0 0 0\n1 0 0\n", "ends"),
    ("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 7\n", "vertex 7"),
    ("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n4 0 1 2\n", "corners"), ("solid\n", "OFF"),
  ])
  func offRefusesRubbish(_ text: String, _ word: String) {
    do {
      _ = try read(text, as: "a.off")
      Issue.record("it was read")
    } catch { #expect("\(error)".contains(word), "\(error)") }
  }

  @Test func plyReadsItsThreeEncodings() throws {
    let header = { (format: String) in
      """
      ply
      format \(format) 1.0
      element vertex 4
      property float x
      property double y
      property short z
      property uchar red
      property uchar green
      property uchar blue
      element face 1
      property list uchar int vertex_indices
      end_header

      """
    }
    let text =
      header("ascii") + "0 0 0 255 0 0\n1 0 0 0 255 0\n1 1 0 0 0 255\n0 1 0 9 9 9\n4 0 1 2 3\n"
    let ascii = try read(text, as: "a.ply")
    #expect(ascii.triangles.count == 2 && ascii.attributes.colors[0] == [1, 0, 0, 1])
    for (format, big) in [("binary_little_endian", false), ("binary_big_endian", true)] {
      var bytes = Array(header(format).utf8)
      func put<T: FixedWidthInteger>(_ value: T) {
        var bits = big ? value.bigEndian : value.littleEndian
        unsafe withUnsafeBytes(of: &bits) { unsafe bytes.append(contentsOf: $0) }
      }
      for (x, y) in [(0, 0), (1, 0), (1, 1), (0, 1)] as [(Float, Double)] {
        put(x.bitPattern)
        put(y.bitPattern)
        put(Int16(0))
        bytes += [255, 0, 0]
      }
      bytes.append(4)
      for index in [0, 1, 2, 3] as [Int32] { put(index) }
      let folder = TemporaryFolder()
      let mesh = try SceneFile.read(folder.write(bytes, as: "b.ply"), log: LogSink()).merged()
      #expect(mesh.positions == ascii.positions && mesh.triangles == ascii.triangles)
      let cut = folder.write(Array(bytes.dropLast(3)), as: "c.ply")
      #expect(throws: FormatError.self) { try SceneFile.read(cut, log: LogSink()) }
    }
  }

  @Test func unknownFormatListsTheKnown() {
    let error = #expect(throws: FormatError.self) {
      try SceneFile.read("x.docx", log: LogSink())
    }
    #expect(error?.message.contains(".glb, .gltf, .obj, .stl, .ply") == true)
  }

  /// Two triangles on four points, their color words, and a header.
  private func binarySTL(_ header: String, _ object: [UInt8], _ words: [UInt16]) -> [UInt8] {
    var file = Array(header.utf8) + object
    file += Array(repeating: 0, count: 80 - file.count) + [2, 0, 0, 0]
    let points: [[Float]] = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]]
    for (triangle, word) in zip([[0, 1, 2], [2, 1, 3]], words) {
      let values: [Float] = [0, 0, 1] + triangle.flatMap { points[$0] }
      for bits in values.map(\.bitPattern) {
        file += [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: bits >> UInt32($0)) }
      }
      file += [UInt8(word & 0xFF), UInt8(word >> 8)]
    }
    return file
  }

  @Test func stlColorsOfBothKindsAreRead() throws {
    let folder = TemporaryFolder()
    func read(_ file: [UInt8]) throws -> Mesh {
      try SceneFile.read(folder.write(file, as: "c.stl"), log: LogSink()).merged()
    }
    // VisCAM: red is in the highest five bits, and bit 15 says that there is a color.
    let viscam = try read(binarySTL("x", [], [0x8000 | 31 << 10, 0]))
    #expect(viscam.positions.count == 6)
    #expect(viscam.attributes.colors[0] == [1, 0, 0, 1])
    #expect(viscam.attributes.colors[5] == [1, 1, 1, 1])
    // Magics: red is in the lowest, and bit 15 says that the object's color holds.
    let magics = try read(binarySTL("COLOR=", [0, 255, 0, 255], [31, 0x8000]))
    #expect(magics.attributes.colors[0] == [1, 0, 0, 1])
    #expect(magics.attributes.colors[5] == [0, 1, 0, 1])
    let plain = try read(binarySTL("x", [], [0, 0]))
    #expect(plain.positions.count == 4 && plain.attributes.colors.isEmpty)
  }

  @Test func stlColorsComeBack() throws {
    let folder = TemporaryFolder()
    let first = try SceneFile.read(
      folder.write(binarySTL("x", [], [0x8000 | 31 << 10, 0x801F]), as: "c.stl"), log: LogSink())
    let file = try SceneFile.encode(first, as: .stl, stem: "d", log: LogSink())[0].bytes
    let again = try SceneFile.read(folder.write(file, as: "d.stl"), log: LogSink())
    #expect(again.merged() == first.merged())
    #expect(again.merged().attributes.colors.last == [0, 0, 1, 1])
  }
}
