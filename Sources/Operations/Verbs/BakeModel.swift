import Formats
import Geometry
import Imaging
import LinearMath
import Scenes
public import Settings
public import Work

public struct BakeSettings: SettingsGroup {
  @Setting("Pixels along a side of the textures.", in: 64...8192)
  public var textureSize = 2048

  @Setting(
    "How far apart the two surfaces may be, in % of the detailed model's diagonal.", in: 0.001...100
  )
  public var reachPercent = 2.0

  @Setting("Rays a texel sends out to see how open it lies; 0 leaves occlusion out.", in: 0...1024)
  public var occlusionRays = 32

  @Setting("Keep the texture coordinates that the simple model has, instead of a new atlas.")
  public var keepUvs = false

  public init() {}
}

/// The look of a detailed model as textures of a simple one.
public enum BakeModel: Verb {
  public static let name = "bake"
  public static let summary =
    "Bakes a detailed model's colors, roughness, bumps and occlusion into textures of a simple one."
  public static let usage = "DETAILED SIMPLE -o MODEL.glb"
  public static let inputCount = 2...2
  public static let output = OutputRule.required(standardOutput: "glb")

  public static func run(_ call: VerbCall<BakeSettings>, _ work: WorkContext) throws -> VerbResult {
    let options = call.options
    let target = try SceneFormat(path: call.output!, writing: true)
    guard target.isGLTF else {
      throw UsageError("only glTF carries all that is baked; write .glb or .gltf")
    }
    work.progress.declare([
      ("detailed", 2), ("simple", 1), ("unwrap", 3), ("bake", 12), ("write", 2),
    ])
    let detailed = try MeshInput.read(call.inputs[0], as: target, phase: "detailed", work)
    let simple = try MeshInput.read(call.inputs[1], as: target, phase: "simple", work)
    let reach = detailed.mesh.bounds.diagonal * Float(options.reachPercent / 100)
    work.progress.enter("unwrap")
    let low = try prepared(simple, call, work)
    work.progress.enter("bake")
    let maps = try BakedMaps(
      SurfaceLook(detailed, work), onto: low, side: options.textureSize, reach: reach,
      rays: options.occlusionRays, work)
    guard maps.missedShare < 0.9 else {
      throw InputError(
        "apart",
        "nothing of the detailed model is near \((maps.missedShare * 100).brief) % of the simple one; they must lie in the same place and size, or give a larger --reach-percent",
        call.inputs[1])
    }
    if maps.missedShare > 0.01 {
      work.log.warn(
        "nothing of the detailed model is near \((maps.missedShare * 100).brief) % of the simple one; filled from beside it"
      )
    }
    work.progress.enter("write")
    let scene = try scene(low, maps, hasOcclusion: options.occlusionRays > 0, simple.scene.unit)
    let outputs = try ModelOutput.write(scene, as: target, to: call.output!, work)
    return VerbResult(
      outputs: outputs,
      result: [
        "triangles": .integer(low.triangles.count), "textureSize": .integer(options.textureSize),
        "missedPercent": .number((maps.missedShare * 10_000).rounded() / 100),
      ],
      text: """
        triangles       \(low.triangles.count)
        textures        \(options.textureSize) pixels a side: base color, roughness and metalness\(options.occlusionRays > 0 ? ", occlusion" : ""), normals
        missed          \((maps.missedShare * 100).brief) % had nothing near
        """)
  }

  /// The simple mesh with an atlas, normals and tangents.
  private static func prepared(
    _ simple: MeshInput, _ call: VerbCall<BakeSettings>, _ work: WorkContext
  ) throws -> Mesh {
    var smooth = simple.mesh.withSmoothNormals()
    // What is baked holds the colors, and the atlas is the only UV set.
    var attributes = smooth.attributes
    attributes.colors = []
    attributes.uvs = call.options.keepUvs ? Array(attributes.uvs.prefix(1)) : []
    smooth = try smooth.with(attributes: attributes)
    if call.options.keepUvs {
      guard let uvs = smooth.attributes.uvs.first, uvs.count == smooth.positions.count else {
        throw InputError(
          "no-uvs", "the simple model has no texture coordinates to keep", call.inputs[1])
      }
      guard uvs.allSatisfy({ $0.min() > -1e-4 && $0.max() < 1.0001 }) else {
        throw InputError(
          "uvs-outside",
          "its texture coordinates leave the unit square, so places would share texels; leave --keep-uvs out",
          call.inputs[1])
      }
      return smooth.withTangents(uvSet: 0)
    }
    var atlas = UnwrapSettings()
    atlas.textureSize = call.options.textureSize
    return try smooth.unwrapped(atlas, work).mesh.withTangents(uvSet: 0)
  }

  private static func scene(
    _ mesh: Mesh, _ maps: BakedMaps, hasOcclusion: Bool, _ unit: LengthUnit?
  ) throws -> Scene {
    var material = Material()
    material.name = "baked"
    material.baseColorTexture = TextureSlot(texture: 0)
    material.metallicRoughnessTexture = TextureSlot(texture: 1)
    material.normalTexture = TextureSlot(texture: 2)
    if hasOcclusion { material.occlusionTexture = TextureSlot(texture: 1) }
    if maps.baseColor.channels == 4 { material.alphaMode = .mask(cutoff: 0.5) }
    if maps.emission != nil {
      material.emissiveTexture = TextureSlot(texture: 3)
      // Factors end at 1; what is brighter is the extension's.
      material.emissive = SIMD3(repeating: min(1, maps.emissionStrength))
      material.emissiveStrength = max(1, maps.emissionStrength)
    }
    var scene = Scene(mesh: mesh, material: material, unit: unit)
    var images = [
      ("baseColor", maps.baseColor), ("occlusionRoughnessMetallic", maps.matter),
      ("normal", maps.normals),
    ]
    if let emission = maps.emission { images.append(("emissive", emission)) }
    scene.textures = images.indices.map { image in
      var texture = Texture(image: image)
      (texture.wrapU, texture.wrapV) = (.clamp, .clamp)
      return texture
    }
    scene.images = try images.map { name, image in
      ImageSource(
        name: name, mediaType: "image/png", bytes: try ImageFile.encodePNG(image))
    }
    return scene
  }
}
