import Formats
import Foundation
import Geometry
import Imaging
import LinearMath
import Rendering
import Scenes
import TestSupport
import Testing
import Views
import Work

/// Both engines draw the same picture.
@Suite(.serialized) struct EngineParityTests {
  /// What a model can have, one scene each.
  struct Model: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let scene: Scene
  }

  /// A picture of noise that tiles, so that filtering shows.
  private static func checker(_ colors: [SIMD4<UInt8>]) -> ImageSource {
    var image = Image(width: 64, height: 64, filledWith: [0, 0, 0, 255])
    for pixel in 0..<64 * 64 {
      let color = colors[(pixel / 64 / 16 + pixel % 64 / 16) % colors.count]
      for channel in 0..<4 { image.bytes[4 * pixel + channel] = color[channel] }
    }
    return ImageSource(
      name: "", mediaType: "image/png", bytes: (try? ImageFile.encodePNG(image)) ?? [])
  }

  /// A ball with texture coordinates by longitude and latitude.
  private static var ball: Mesh {
    let bare = Mesh.icosphere(levels: 5)
    let uvs = bare.positions.map { p in
      SIMD2<Float>(
        atan2(p.x, p.z) / .pi * 2, acos(min(max(p.y, -1), 1)) / .pi * 2)
    }
    return (try? bare.with(attributes: VertexAttributes(normals: bare.positions, uvs: [uvs])))
      ?? bare
  }

  private static func painted(_ edit: (inout Material) -> Void) -> Scene {
    var material = Material()
    edit(&material)
    var scene = Scene(mesh: ball, material: material)
    scene.images = [
      checker([[220, 40, 30, 255], [40, 60, 200, 255], [240, 240, 230, 255]]),
      checker([[255, 60, 255, 255], [128, 220, 0, 255]]),
      checker([[128, 128, 255, 255], [178, 100, 230, 255]]),
      checker([[255, 255, 255, 255], [255, 255, 255, 0]]),
    ]
    scene.textures = (0..<4).map { Texture(image: $0) }
    return scene
  }

  static let models = [
    Model(testDescription: "clay", scene: Scene(mesh: .torus(radius: 1, tube: 0.4))),
    Model(
      testDescription: "mirror",
      scene: painted {
        $0.metallic = 1
        $0.roughness = 0.1
      }),
    Model(
      testDescription: "textured",
      scene: painted {
        $0.metallic = 0.5
        $0.baseColorTexture = TextureSlot(texture: 0)
        $0.metallicRoughnessTexture = TextureSlot(texture: 1)
        $0.occlusionTexture = TextureSlot(texture: 1)
        $0.normalTexture = TextureSlot(texture: 2)
      }),
    Model(
      testDescription: "turned and glowing",
      scene: painted {
        var slot = TextureSlot(texture: 0)
        slot.transform.scale = [3, 0.5]
        slot.transform.rotation = 0.7
        slot.transform.offset = [0.3, -0.2]
        $0.baseColor = [0.2, 0.2, 0.2, 1]
        $0.emissive = [0.8, 0.5, 0.2]
        $0.emissiveTexture = slot
      }),
    Model(
      testDescription: "coated",
      scene: painted {
        $0.baseColor = [0.6, 0.1, 0.1, 1]
        $0.roughness = 0.7
        $0.clearcoat = 1
        $0.clearcoatRoughness = 0.3
        $0.clearcoatRoughnessTexture = TextureSlot(texture: 1)
        $0.clearcoatNormalTexture = TextureSlot(texture: 2)
      }),
    Model(
      testDescription: "tinted reflection",
      scene: painted {
        $0.metallic = 0
        $0.roughness = 0.2
        $0.baseColor = [0.1, 0.1, 0.12, 1]
        $0.ior = 2.2
        $0.specular = 0.8
        $0.specularTexture = TextureSlot(texture: 3)
        $0.specularColor = [1, 0.6, 0.2]
        $0.specularColorTexture = TextureSlot(texture: 0)
      }),
    Model(
      testDescription: "specular and glossy",
      scene: painted {
        var glossy = SpecularGlossiness()
        glossy.specular = [0.6, 0.5, 0.4]
        glossy.glossiness = 0.8
        glossy.texture = TextureSlot(texture: 1)
        $0.specularGlossiness = glossy
        $0.baseColor = [0.3, 0.5, 0.8, 1]
      }),
    Model(
      testDescription: "cloth",
      scene: painted {
        var sheen = Sheen()
        sheen.color = [0.9, 0.8, 1]
        sheen.colorTexture = TextureSlot(texture: 0)
        sheen.roughness = 0.4
        sheen.roughnessTexture = TextureSlot(texture: 1)
        $0.metallic = 0
        $0.baseColor = [0.1, 0.05, 0.2, 1]
        $0.sheen = sheen
      }),
    Model(testDescription: "lit", scene: lamps),
    Model(testDescription: "bottle", scene: bottle),
    Model(
      testDescription: "cut out",
      scene: painted {
        $0.alphaMode = .mask(cutoff: 0.5)
        $0.baseColorTexture = TextureSlot(texture: 3)
      }),
    Model(
      testDescription: "glass",
      scene: painted {
        $0.alphaMode = .blend
        $0.baseColor = [0.3, 0.7, 0.4, 0.6]
      }),
  ]

  /// A ball under three lamps.
  private static var lamps: Scene {
    var scene = painted {
      $0.metallic = 0.3
      $0.roughness = 0.4
      $0.baseColorTexture = TextureSlot(texture: 0)
    }
    var spot = Light(.spot(inner: 0.3, outer: 0.5))
    spot.intensity = 6
    var point = Light(.point)
    point.color = [1, 0.4, 0.2]
    point.intensity = 2
    var sun = Light(.directional)
    sun.color = [0.2, 0.3, 0.6]
    scene.lights = [spot, point, sun]
    for (light, place) in [SIMD3<Double>(0, 0, 3), [-2, 1, 0.5], [0, 0, 0]].enumerated() {
      scene.roots.append(scene.nodes.count)
      scene.nodes.append(
        Scene.Node(
          parentFromNode: Matrix4(linear: .identity, translation: place), light: light))
    }
    return scene
  }

  /// Thick rough glass around something solid.
  private static var bottle: Scene {
    var scene = painted {
      $0.metallic = 0
      $0.roughness = 0.2
      $0.transmission = 0.9
      $0.ior = 1.3
      var volume = Volume()
      volume.thickness = 0.4
      volume.attenuationDistance = 0.8
      volume.attenuationColor = [0.4, 0.9, 0.5]
      $0.volume = volume
    }
    scene.materials.append(RenderingTests.material([0.9, 0.2, 0.1, 1]))
    scene.shapes[0].parts.append(
      .init(mesh: .box(from: [-0.4, -0.4, -0.4], to: [0.4, 0.4, 0.4]), material: 1))
    return scene
  }

  @Test(arguments: models, [SIMD3<Double>(0.4, 0.7, 2.5), [-2.1, -0.9, -1.2]])
  func picturesAgree(_ model: Model, _ eye: SIMD3<Double>) throws {
    let gl = try RenderingTests.frame(model.scene, eye: eye, by: .gl)
    let software = try RenderingTests.frame(model.scene, eye: eye, by: .software)
    let isCut = model.testDescription == "cut out"
    #expect(Self.decibels(gl.color, software.color) >= (isCut ? 34 : 40))
    // A cut edge runs between texels: which side a centre falls on is one rounding or another.
    let differing = zip(gl.mask.bytes, software.mask.bytes).count { $0 != $1 }
    #expect(differing <= (isCut ? 60 : 12))
    var (far, both) = (0, 0)
    for (a, b) in zip(gl.depth, software.depth) where a > 0 && b > 0 {
      both += 1
      if abs(a - b) > 2e-4 { far += 1 }
    }
    #expect(both > 5000 && far <= both / 200)
  }

  /// Twenty real models; what they lack of being alike is told by each line.
  static let sharedModels = [
    "FlightHelmet/FlightHelmet.gltf", "CesiumMilkTruck/glTF-Binary/CesiumMilkTruck.glb",
    "polyhaven-painted_wooden_stool_1k/models/assets/painted_wooden_stool_1k.gltf",
    "polyhaven-tea_set_01_1k/models/assets/tea_set_01_1k.gltf",
    "polyhaven-wooden_table_02_1k/models/assets/wooden_table_02_1k.gltf",
    "Avocado/glTF/Avocado.gltf", "cat/cat.glb", "portal/portal.glb",
    "bell-pepper/assets/yellow_bell_pepper_no_stem_low.gltf",
    "AnisotropyBarnLamp/AnisotropyBarnLamp.gltf", "AttenuationTest/AttenuationTest.glb",
    "AlphaBlendModeTest/AlphaBlendModeTest.glb", "ClearCoatTest/ClearCoatTest.glb",
    "draco-SheenCloth/SheenCloth.glb", "NormalTangentTest/glTF/NormalTangentTest.gltf",
    "kenney-firetruck/model.gltf", "kenney-sedan/model.gltf", "kenney-burger/model.gltf",
    "low-poly-tree/low-poly-tree.glb", "simple-instancing/simple-instancing.glb",
  ]

  @Test(arguments: sharedModels) func realModelsAgree(_ name: String) throws {
    guard let path = SharedData.path("gltf/" + name) else { return }
    let scene = try SceneFile.read(path, log: LogSink())
    let lens = Intrinsics(width: 512, height: 512, fieldOfView: 0.857)
    let gl = try RenderingTests.frame(scene, eye: [1.1, 1, 2.1], lens: lens, by: .gl)
    let software = try RenderingTests.frame(scene, eye: [1.1, 1, 2.1], lens: lens, by: .software)
    let alike = Self.decibels(gl.color, software.color)
    #expect(alike >= 40, "\(alike) dB")
    let (differing, covered) = (
      zip(gl.mask.bytes, software.mask.bytes).count { $0 != $1 },
      software.mask.bytes.count { $0 > 0 }
    )
    #expect(covered > 0 && differing <= max(12, covered / 500), "\(differing) of \(covered)")
  }

  /// A floor of stripes towards the viewer, seen at a low angle: across the view they stay far finer than along
  /// it, so that more places along the view keep what one blur loses.
  @Test func anisotropyKeepsStripes() throws {
    let floor = try Mesh(
      positions: [[-1, 0, 1], [1, 0, 1], [1, 0, -1], [-1, 0, -1]],
      triangles: [[0, 1, 2], [0, 2, 3]],
      attributes: VertexAttributes(
        normals: Array(repeating: [0, 1, 0], count: 4),
        uvs: [[[0, 0], [4, 0], [4, 4], [0, 4]]]))
    var stripes = Image(width: 64, height: 64, filledWith: [255, 255, 255, 255])
    for pixel in 0..<64 * 64 where pixel % 16 < 8 {
      for channel in 0..<3 { stripes.bytes[4 * pixel + channel] = 0 }
    }
    var material = Material()
    material.isUnlit = true
    material.baseColorTexture = TextureSlot(texture: 0)
    var scene = Scene(mesh: floor, material: material)
    scene.images = [
      ImageSource(
        name: "", mediaType: "image/png", bytes: try ImageFile.encodePNG(stripes))
    ]
    scene.textures = [Texture(image: 0)]
    func contrast(_ anisotropy: Int) throws -> Int {
      var settings = RenderSettings()
      settings.anisotropy = anisotropy
      let frame = try RenderingTests.frame(
        scene, eye: [0, 0.22, 2.6], settings: settings, by: .software)
      let row = 128 * 256
      let seen = (row..<row + 256).filter { frame.color.bytes[4 * $0 + 3] == 255 }
      return zip(seen, seen.dropFirst()).reduce(0) { sum, pair in
        sum + abs(Int(frame.color.bytes[4 * pair.0]) - Int(frame.color.bytes[4 * pair.1]))
      }
    }
    let (blurred, sharp) = (try contrast(1), try contrast(8))
    #expect(sharp > 2 * blurred && sharp > 1000, "\(sharp) and \(blurred)")
  }

  /// Of colors over black, averaged over two by two pixels: the engines take samples at different places.
  private static func decibels(_ a: Image, _ b: Image) -> Double {
    var sum = 0.0
    let half = a.width / 2
    for block in 0..<half * half {
      for channel in 0..<3 {
        func value(_ image: Image) -> Double {
          var sum = 0.0
          for corner in 0..<4 {
            let row = block / half * 2 + corner / 2
            let at = 4 * (row * image.width + block % half * 2 + corner % 2)
            sum += Double(image.bytes[at + channel]) * Double(image.bytes[at + 3]) / 255
          }
          return sum / 4
        }
        sum += pow(value(a) - value(b), 2)
      }
    }
    let mean = sum / Double(3 * half * half)
    return mean > 0 ? 10 * log10(255 * 255 / mean) : .infinity
  }
}
