import Formats
import Geometry
import LinearMath
import Scenes
import TestSupport
import Testing
import Work

@Suite struct RoundTripTests {
  static let textured: Scene = {
    let profile: [(point: SIMD2<Float>, normal: SIMD2<Float>, v: Float)] = [
      ([0, 1], [0, 1], 0), ([1, 1], [0, 1], 0.25), ([1, 1], [1, 0], 0.25),
      ([1, -1], [1, 0], 0.75),
      ([1, -1], [0, -1], 0.75), ([0, -1], [0, -1], 1),
    ]
    var material = Material()
    material.name = "red tin"
    material.baseColor = [0.5, 0.1, 0.1, 1]
    material.roughness = 0.25
    material.alphaMode = .mask(cutoff: 0.25)
    material.isDoubleSided = true
    material.emissive = [0.1, 0.2, 0.3]
    material.emissiveStrength = 3
    return Scene(mesh: .lathe(profile, segments: 24), material: material, unit: .meters)
  }()

  private func roundTrip(_ scene: Scene, _ format: SceneFormat) throws -> Scene {
    let folder = TemporaryFolder()
    let files = try SceneFile.encode(scene, as: format, stem: "model", log: LogSink())
    for file in files { _ = folder.write(file.bytes, as: file.name) }
    return try SceneFile.read(folder.file(files[0].name), log: LogSink())
  }

  @Test func glbKeepsEverything() throws {
    let again = try roundTrip(Self.textured, .glb)
    #expect(again.merged() == Self.textured.merged())
    #expect(again.materials == Self.textured.materials)
    #expect(again.unit == .meters)
  }

  @Test func glbKeepsMaterialExtensions() throws {
    var layered = Material()
    layered.ior = 1.75
    layered.specular = 0.5
    layered.specularColor = [0.5, 0.25, 1]
    layered.clearcoat = 0.75
    layered.clearcoatRoughness = 0.25
    var glossy = Material()
    glossy.baseColor = [0.5, 0.5, 0.25, 1]
    var reflection = SpecularGlossiness()
    reflection.specular = [0.25, 0.5, 0.75]
    reflection.glossiness = 0.5
    glossy.specularGlossiness = reflection
    var cloth = Material()
    var sheen = Sheen()
    sheen.color = [0.5, 0.25, 1]
    sheen.roughness = 0.75
    cloth.sheen = sheen
    var glass = Material()
    glass.transmission = 0.5
    var volume = Volume()
    volume.thickness = 0.25
    volume.attenuationDistance = 2
    volume.attenuationColor = [0.5, 1, 0.25]
    glass.volume = volume
    for material in [layered, glossy, cloth, glass] {
      let again = try roundTrip(Scene(mesh: .box(), material: material), .glb)
      #expect(again.materials == [material])
    }
  }

  @Test func glbKeepsLightsAndVariants() throws {
    var scene = Scene(mesh: .box(), material: Material())
    scene.materials += [Material.plain]
    scene.variants = ["shiny", "dull"]
    scene.shapes[0].parts[0].materialOfVariant = [0: 0, 1: 1]
    var spot = Light(.spot(inner: 0.25, outer: 0.5))
    spot.name = "lamp"
    spot.color = [1, 0.5, 0.25]
    spot.intensity = 20
    spot.range = 4
    scene.lights = [Light(.directional), Light(.point), spot]
    for light in scene.lights.indices {
      scene.roots.append(scene.nodes.count)
      scene.nodes.append(Scene.Node(light: light))
    }
    let again = try roundTrip(scene, .glb)
    #expect(again.lights == scene.lights && again.variants == scene.variants)
    #expect(again.placedLights.map(\.light) == scene.lights)
    #expect(again.placed.count == 1)
    #expect(again.showing(variant: 1).shapes[0].parts[0].material == 1)
    #expect(again.showing(variant: 0).shapes[0].parts[0].material == 0)
  }

  @Test func objKeepsShapeAndTextureCoordinates() throws {
    let (first, again) = (Self.textured.merged(), try roundTrip(Self.textured, .obj).merged())
    #expect(again.triangles.count == first.triangles.count)
    for triangle in first.triangles.indices {
      for corner in 0..<3 {
        let a = Int(first.triangles[triangle][corner])
        let b = Int(again.triangles[triangle][corner])
        #expect(first.positions[a] == again.positions[b])
        #expect(
          abs(first.attributes.uvs[0][a].y - again.attributes.uvs[0][b].y) < 1e-6)
        #expect(first.attributes.normals[a].dot(again.attributes.normals[b]) > 0.999999)
      }
    }
  }

  @Test func plyKeepsStreams() throws {
    let again = try roundTrip(Self.textured, .ply).merged()
    #expect(again.positions == Self.textured.merged().positions)
    #expect(again.triangles == Self.textured.merged().triangles)
    #expect(again.attributes.uvs.count == 1 && !again.attributes.normals.isEmpty)
  }

  @Test func stlKeepsTheSurfaceBitForBit() throws {
    let again = try roundTrip(Self.textured, .stl).merged()
    let first = Self.textured.merged()
    for triangle in first.triangles.indices {
      #expect(first.corners(triangle) == again.corners(triangle))
    }
    #expect(again.report().isWatertight)
  }

  /// Shapes without triangles leave gaps in the scene's numbers, not in the file's.
  @Test func glbSkipsWhatIsEmpty() throws {
    var scene = Self.textured
    scene.shapes.insert(Scene.Shape(name: "points", parts: []), at: 0)
    scene.images = [
      ImageSource(name: "lost", mediaType: "", bytes: [], problem: "not there"),
      ImageSource(name: "kept", mediaType: "image/png", bytes: [0x89]),
    ]
    scene.textures = [Texture(image: 0), Texture(image: 1)]
    scene.materials[0].baseColorTexture = TextureSlot(texture: 1)
    scene.materials[0].normalTexture = TextureSlot(texture: 0)
    scene.nodes = [.init(shape: 0, children: [1]), .init(shape: 1)]
    let again = try roundTrip(scene, .glb)
    #expect(again.merged() == Self.textured.merged())
    #expect(again.images.map(\.name) == ["kept"] && again.textures.count == 1)
    #expect(again.materials[0].baseColorTexture?.texture == 0)
    #expect(again.materials[0].normalTexture == nil)
  }

  @Test func emptyModelsAreNotWritten() {
    for format in SceneFormat.writable {
      let error = #expect(throws: FormatError.self) {
        try SceneFile.encode(Scene(), as: format, stem: "x", log: LogSink())
      }
      #expect(error?.code == "no-triangles")
    }
  }
}
