public import Settings

/// How the service is run.
public struct ServiceSettings: SettingsGroup {
  @Setting("Address and port to listen on; port 0 takes any that is free.")
  public var listen = "127.0.0.1:8080"

  @Setting("Folder for the database and all files; made where it is not there.")
  public var data = "maquette-data"

  @Setting(
    "A PostgreSQL database that several machines share, as libpq takes it: postgresql://user@host/name; without it SQLite in the folder."
  )
  public var database: String? = nil

  @Setting(
    "Where files are kept that several machines share: s3://BUCKET/PREFIX, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment; without it the folder."
  )
  public var assets: String? = nil

  @Setting("The server of --assets, where it is not Amazon's: https://minio.example.org.")
  public var s3Endpoint: String? = nil

  @Setting(
    "Where clients reach the service, for links in answers; without it the address listened on.")
  public var publicUrl: String? = nil

  @Setting("Which dialects stand at the root: all, none, or some by name with commas.")
  public var dialect = "all"

  @Setting("Hosts whose root is one dialect, or mcp: api.example.org=dxgl,mcp.example.org=mcp.")
  public var hosts = ""

  @Setting("Processes that work on jobs, one job each at a time.", in: 0...256)
  public var workers = 1

  @Setting("Whether what is not paid for is refused.")
  public var billing = BillingMode.off

  @Setting(
    "Credits to be paid in before an Image3D key works, where billing is enforced; 0 for none.",
    in: 0...1_000_000_000)
  public var firstTopUp = 1000

  @Setting("Image3D credits an account may spend a day; 0 for no limit.", in: 0...1_000_000_000)
  public var dailyCredits = 0

  @Setting(
    "Image3D credits an account may spend in 30 days; 0 for no limit.", in: 0...1_000_000_000)
  public var monthlyCredits = 0

  @Setting("Image3D jobs an account may have under way; 0 for no limit.", in: 0...1_000_000)
  public var concurrentJobs = 0

  @Setting("A price book to take instead of the usual prices, as configs/prices.json is one.")
  public var prices: String? = nil

  @Setting(
    "What /bin/sh runs to turn the picture $MAQUETTE_INPUT into the model $MAQUETTE_OUTPUT (.glb), in place of the built-in engine; it may use the network."
  )
  public var imageCommand: String? = nil

  @Setting(
    "What /bin/sh runs to turn the words in the file $MAQUETTE_INPUT into the model $MAQUETTE_OUTPUT (.glb); without it text-to-3D is answered with 501."
  )
  public var textCommand: String? = nil

  @Setting("Credits that an account shows where nothing is charged.", in: 0...1_000_000_000)
  public var shownCredits = 1000

  @Setting(
    "Addresses of this machine or network that may be downloaded from, with commas: 10.0.0.7:8000.")
  public var allowAddresses = ""

  @Setting("Download models over plain http as well; from --allow-addresses always.")
  public var allowHttp = false

  @Setting("Anybody who knows its link may see a finished render.")
  public var sharing = true

  @Setting("Reading requests a minute and key; 0 for no limit.", in: 0...1_000_000_000)
  public var readsPerMinute = 600

  @Setting("Other requests a minute and key; 0 for no limit.", in: 0...1_000_000_000)
  public var writesPerMinute = 60

  @Setting(
    "Jobs a minute that a key may submit to 3D AI Studio's dialect; 0 for no limit.",
    in: 0...1_000_000)
  public var studioSubmitsPerMinute = 3

  @Setting("Largest model in bytes.", in: 1...1_000_000_000_000)
  public var uploadBytes = 100_000_000

  @Setting("Seconds of processor time that a job may take.", in: 1...1_000_000)
  public var jobSeconds = 3600

  @Setting("Gibibytes of memory that a job may take.", in: 1...4096)
  public var jobGibibytes = 16

  @Setting("What is written to standard error: every request, or only what went wrong.")
  public var log = LogLevel.requests

  public init() {}
}

public enum BillingMode: String, SettingChoice {
  case off, enforce
}

public enum LogLevel: String, SettingChoice {
  case requests, errors
}
