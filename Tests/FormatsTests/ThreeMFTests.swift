import Archives
import Formats
import Geometry
import Imaging
import LinearMath
import Scenes
import TestSupport
import Testing
import Work

@Suite struct ThreeMFTests {
  /// A package of one model part with this inside `<model>`.
  private func package(
    _ inside: String, attributes: String = "", parts: [(name: String, bytes: [UInt8])] = []
  ) throws -> [UInt8] {
    let model = """
      <?xml version="1.0" encoding="UTF-8"?>
      <model unit="inch" xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
        xmlns:m="http://schemas.microsoft.com/3dmanufacturing/material/2015/02"
        xmlns:p="http://schemas.microsoft.com/3dmanufacturing/production/2015/06" \(attributes)>
      \(inside)
      </model>
      """
    let relations = """
      <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
      <Relationship Target="/3D/a.model" Id="r" Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/>
      </Relationships>
      """
    return try DeflatedZip.bytes(
      [
        (name: "_rels/.rels", bytes: Array(relations.utf8)),
        (name: "3D/a.model", bytes: Array(model.utf8)),
      ]
        + parts)
  }

  private static let tetrahedron = """
    <mesh><vertices>
    <vertex x="0" y="0" z="0"/><vertex x="1e1" y="0" z="-0"/>
    <!-- <vertex x="9" y="9" z="9"/> --> <vertex y='10.5' x='0' z='0'></vertex>
    <vertex x="+.5" y="0" z="10" />
    </vertices><triangles>
    %
    </triangles></mesh>
    """

  private static func tetrahedron(_ rows: String? = nil) -> String {
    let plain = """
      <triangle v1="0" v2="2" v3="1"/><triangle v3="3" v2="1" v1="0"/>
      <triangle v1="1" v2="2" v3="3" /><triangle v1="2" v2="0" v3="3"></triangle>
      """
    return tetrahedron.replacing("%", with: rows ?? plain)
  }

  private func read(_ bytes: [UInt8], _ log: LogSink = LogSink()) throws -> Scene {
    let folder = TemporaryFolder()
    return try SceneFile.read(folder.write(bytes, as: "m.3mf"), log: log)
  }

  @Test func rowsAreReadHoweverTheyAreWritten() throws {
    let scene = try read(
      package(
        "<resources><object id=\"4\">\(Self.tetrahedron())</object></resources>"
          + "<build><item objectid=\"4\"/></build>"))
    let mesh = scene.merged()
    #expect(mesh.positions == [[0, 0, 0], [10, 0, 0], [0, 10.5, 0], [0.5, 0, 10]])
    #expect(mesh.triangles == [[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]])
    #expect(scene.unit == .inches)
  }

  @Test func componentsAndPartsOfOtherFilesArePlaced() throws {
    let inner = """
      <model xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02">
      <resources><object id="1">\(Self.tetrahedron())</object></resources><build/></model>
      """
    let bytes = try package(
      """
      <resources><object id="2"><components>
      <component objectid="1" p:path="/3D/Inner.model" transform="1 0 0 0 1 0 0 0 1 5 0 0"/>
      <component objectid="1" p:path="/3D/inner.model" transform="0 2 0 -2 0 0 0 0 2 0 0 0"/>
      </components></object></resources>
      <build><item objectid="2" transform="1 0 0 0 1 0 0 0 1 0 0 7"/></build>
      """, attributes: "requiredextensions=\"p\"",
      parts: [(name: "3D/inner.model", bytes: Array(inner.utf8))])
    let mesh = try read(bytes).merged()
    #expect(mesh.positions.count == 8)
    #expect(mesh.positions[1] == [15, 0, 7])
    // (10, 0, 0) as a row times the matrix is ten times its first row.
    #expect(mesh.positions[5] == [0, 20, 7])
  }

  @Test func propertiesBecomeMaterialsColorsAndTextures() throws {
    let rows = """
      <triangle v1="0" v2="2" v3="1" pid="1" p1="1"/>
      <triangle v1="0" v2="1" v3="3" pid="2" p1="0" p2="1" p3="0"/>
      <triangle v1="1" v2="2" v3="3" pid="4" p1="0" p2="1" p3="2"/>
      <triangle v1="2" v2="0" v3="3"/>
      """
    let bytes = try package(
      """
      <resources>
      <basematerials id="1"><base name="a" displaycolor="#00FF00"/>
      <base name="R &amp; D" displaycolor="#FF000080"/></basematerials>
      <m:colorgroup id="2"><m:color color="#0000FF"/><m:color color="#FFFFFF"/></m:colorgroup>
      <m:texture2d id="3" path="/3D/t.png" contenttype="image/png" tilestyleu="clamp"/>
      <m:texture2dgroup id="4" texid="3"><m:tex2coord u="0" v="0"/><m:tex2coord u="1" v="0.25"/>
      <m:tex2coord u="1" v="1"/></m:texture2dgroup>
      <object id="5" pid="1" pindex="0">\(Self.tetrahedron(rows))</object></resources>
      <build><item objectid="5"/></build>
      """, parts: [(name: "3D/t.png", bytes: [1, 2, 3])])
    let scene = try read(bytes)
    let parts = scene.shapes[0].parts
    #expect(parts.count == 4)
    let (red, colored) = (scene.materials[parts[0].material!], parts[1].mesh.attributes.colors)
    #expect(red.name == "R & D" && red.baseColor.x == 1 && red.alphaMode == .blend)
    #expect(colored == [[0, 0, 1, 1], [1, 1, 1, 1], [0, 0, 1, 1]])
    #expect(parts[2].mesh.attributes.uvs == [[[0, 1], [1, 0.75], [1, 0]]])
    #expect(scene.images[0].bytes == [1, 2, 3] && scene.textures[0].wrapU == .clamp)
    #expect(scene.materials[parts[3].material!].baseColor == [0, 1, 0, 1])
  }

  static let faults: [(inside: String, says: String)] = [
    ("<build/>", "no <resources>"),
    ("<resources/><build><item objectid=\"1\"/></build>", "object 1 is named and not there"),
    ("<resources><object id=\"1\"/><object id=\"1\"/></resources>", "two resources have the id 1"),
    ("<resources><object id=\"1\" pindex=\"0\"/></resources>", "has a pindex and no pid"),
    (
      "<resources><object id=\"1\"><components><component objectid=\"1\"/></components></object>"
        + "</resources><build><item objectid=\"1\"/></build>", "a component of itself"
    ),
    (
      "<resources><object id=\"1\">" + tetrahedron("<triangle v1=\"0\" v2=\"1\" v3=\"-2\"/>")
        + "</object></resources>", "the index of a vertex"
    ),
    (
      "<resources><object id=\"1\">"
        + tetrahedron("<triangle v1=\"0\" v2=\"1\" v3=\"8\" pid=\"2\" p1=\"0\"/>")
        + "</object></resources><build><item objectid=\"1\"/></build>", "a vertex that there is not"
    ),
    ("<resources></build>", "closed that is not open"),
    (
      "<resources><m:colorgroup id=\"1\"><m:color color=\"red\"/></m:colorgroup></resources>",
      "not a color"
    ),
    ("<!DOCTYPE x [<!ENTITY a \"b\">]><resources/>", "document types are not allowed"),
    ("<resources/><build", "tag"),
    (
      "<resources><object id=\"1\"/></resources><build><item objectid=\"1\" transform=\"1 2 3\"/></build>",
      "twelve numbers"
    ),
  ]

  @Test(arguments: faults) func faultsAreNamed(_ fault: (inside: String, says: String)) throws {
    let bytes = try package(fault.inside)
    let error = #expect(throws: FormatError.self) { try read(bytes) }
    #expect(error?.message.contains(fault.says) == true, "\(error?.description ?? "")")
  }

  @Test func everyCutOfAPackageIsRefusedOrRead() throws {
    let whole = try package(
      "<resources><object id=\"4\">\(Self.tetrahedron())</object></resources>"
        + "<build><item objectid=\"4\"/></build>")
    for length in stride(from: 1, to: whole.count - 1, by: 3) {
      #expect(throws: FormatError.self, "\(length) bytes") {
        try read(Array(whole[..<length]))
      }
    }
  }

  @Test func unreadExtensionsAreRefusedWhereTheyAreRequired() throws {
    let lattice = "xmlns:b=\"http://schemas.microsoft.com/3dmanufacturing/beamlattice/2017/02\""
    let required = try package("<resources/>", attributes: lattice + " requiredextensions=\"b\"")
    let error = #expect(throws: FormatError.self) { try read(required) }
    #expect(error?.message.contains("beam lattice") == true)
    let log = LogSink()
    _ = try read(package("<resources><b:beams/></resources>", attributes: lattice), log)
    #expect(log.warnings.contains { $0.contains("beam lattice") })
  }

  @Test func aSceneComesBackAsItWas() throws {
    var scene = Scene(mesh: .icosphere(levels: 2), unit: .millimeters)
    scene.shapes.append(
      Scene.Shape(
        name: "a<b", parts: [.init(mesh: .torus(radius: 3, tube: 1, segments: 9, sides: 5))]))
    scene.nodes.append(
      Scene.Node(parentFromNode: Matrix4(linear: .identity, translation: [1, 2, 3]), shape: 1))
    scene.roots.append(1)
    let details = PackageDetails(metadata: [(name: "Title", value: "\"A\" & B")], thumbnail: [7])
    let bytes = try SceneFile.encode(
      scene, as: .threeMF, stem: "m", details: details, log: LogSink())[0].bytes
    let twice = try SceneFile.encode(
      scene, as: .threeMF, stem: "m", details: details, log: LogSink())[0].bytes
    #expect(bytes == twice)
    let again = try read(bytes)
    #expect(again.merged().positions == scene.merged().positions)
    #expect(again.merged().triangles == scene.merged().triangles)
    #expect(again.shapes[1].name == "a<b" && again.unit == .millimeters)
    let archive = try ArchiveReader(bytes)
    let parts = try archive.read(
      ["Metadata/thumbnail.png", "3D/3dmodel.model"], byteLimit: 1 << 20)
    #expect(parts["Metadata/thumbnail.png"] == [7])
    let model = String(decoding: parts["3D/3dmodel.model"] ?? [], as: UTF8.self)
    #expect(model.contains("<metadata name=\"Title\">&quot;A&quot; &amp; B</metadata>"))
  }

  @Test func colorsAndMaterialsComeBack() throws {
    let ball = Mesh.icosphere(levels: 1)
    let colors = ball.positions.map { SIMD4<Float>($0.x > 0 ? 1 : 0, 0, $0.y > 0 ? 1 : 0, 1) }
    var scene = Scene(mesh: try ball.with(attributes: VertexAttributes(colors: colors)))
    var material = Material()
    material.name = "tin"
    material.baseColor = [1, 0, 1, 1]
    scene.materials = [material]
    scene.shapes[0].parts.append(
      .init(mesh: .torus(radius: 3, tube: 1, segments: 9, sides: 5), material: 0))
    let bytes = try SceneFile.encode(scene, as: .threeMF, stem: "m", log: LogSink())[0].bytes
    let parts = try read(bytes).shapes[0].parts
    #expect(parts.count == 2)
    for (position, color) in zip(parts[0].mesh.positions, parts[0].mesh.attributes.colors) {
      #expect(color == SIMD4(position.x > 0 ? 1 : 0, 0, position.y > 0 ? 1 : 0, 1))
    }
    #expect(parts[1].material != nil && parts[1].mesh.triangles.count == 90)
  }

  /// Every kind of float, as many as there are of each size, is read back as itself.
  @Test func floatsAreWrittenSoThatTheyComeBack() throws {
    var draw = SeededGenerator(seed: 7).stream(0)
    var values: [Float] = [
      0.1, 1, 100, 16_777_216, 1e-20, 3.4e38, .leastNonzeroMagnitude, 0.3, 1e5, 999_999.94,
    ]
    for size in -12...12 {
      for _ in 0..<400 {
        values.append(
          Float(draw.unit() - 0.5) * Float(sign: .plus, exponent: 3 * size, significand: 1))
      }
    }
    while values.count % 9 != 0 { values.append(Float(values.count)) }
    let positions = stride(from: 0, to: values.count, by: 3).map {
      SIMD3(values[$0], values[$0 + 1], values[$0 + 2])
    }
    let triangles = stride(from: UInt32(0), to: UInt32(positions.count), by: 3).map {
      SIMD3($0, $0 + 1, $0 + 2)
    }
    let mesh = try Mesh(positions: positions, triangles: triangles)
    let bytes = try SceneFile.encode(
      Scene(mesh: mesh), as: .threeMF, stem: "m", log: LogSink())[0].bytes
    let again = try read(bytes).merged().positions
    #expect(again.count == positions.count)
    for (place, other) in zip(positions, again) { #expect(place == other) }
    let model = try ArchiveReader(bytes).read(["3D/3dmodel.model"], byteLimit: 1 << 24)[
      "3D/3dmodel.model"]!
    #expect(String(decoding: model, as: UTF8.self).contains("x=\"0.1\" y=\"1\" z=\"100\""))
  }

  @Test func prefixedAttributesAreOthersAndLongIdentifiersCount() throws {
    let rows = "<triangle v1=\"0\" v2=\"2\" v3=\"1\" p:v1=\"3\"/>"
    let scene = try read(
      package(
        "<resources><object id=\"2147483000\">\(Self.tetrahedron(rows))</object></resources>"
          + "<build><item objectid=\"2147483000\"/></build>"))
    #expect(scene.merged().triangles == [[0, 2, 1]])
  }

  @Test func equalObjectsHaveNamesOfTheirOwn() throws {
    var scene = Scene(mesh: .box())
    scene.shapes.append(scene.shapes[0])
    scene.nodes.append(Scene.Node(shape: 1))
    scene.roots.append(1)
    let bytes = try SceneFile.encode(scene, as: .threeMF, stem: "m", log: LogSink())[0].bytes
    let parts = try ArchiveReader(bytes).read(["3D/3dmodel.model"], byteLimit: 1 << 20)
    let text = String(decoding: parts["3D/3dmodel.model"]!, as: UTF8.self)
    let names = text.split(separator: "UUID=\"").dropFirst().map { $0.prefix(36) }
    #expect(names.count == 5 && Set(names).count == 5)
  }

  /// Each of these took minutes or all memory once.
  @Test func hostilePackagesAreReadQuickly() throws {
    let name = String(repeating: "&amp", count: 40_000)
    let item = "<build><item objectid=\"4\"/></build>"
    let object = "<object id=\"4\" name=\"\(name)\">\(Self.tetrahedron())</object>"
    #expect(try read(package("<resources>\(object)</resources>\(item)")).triangleCount == 4)
    let tag = "<object id=\"4\"" + String(repeating: " a=\"\"", count: 1000) + "/>"
    #expect(throws: FormatError.self) { try read(package("<resources>\(tag)</resources>\(item)")) }
    let paths = (0..<3000).map { "<item objectid=\"4\" p:path=\"/3D/\($0).model\"/>" }
    #expect(throws: FormatError.self) {
      try read(package("<resources/><build>\(paths.joined())</build>"))
    }
  }
}
