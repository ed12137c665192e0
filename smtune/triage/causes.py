"""The table of causes: a pattern in a FailureReason or a log line -> what happened and what to do.

The first pattern that is found counts: what is specific stands before what is general. The wordings are those of the
service and of the frameworks in its images; the tests name for each where it was seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from smtune.triage.model import Cause


@dataclass(frozen=True)
class Entry:
    """A row: the cause, and how it is known."""

    cause: Cause
    pattern: re.Pattern[str]
    has_detail: bool = False
    """Whether failures of this cause differ in what they say, and are grouped by that."""


def _entry(identity: str, name: str, pattern: str, explanation: str, fix: str, *, has_detail: bool = False) -> Entry:
    return Entry(Cause(identity, name, explanation, fix), re.compile(pattern, re.IGNORECASE | re.VERBOSE), has_detail)


ERROR = (
    r"^\s*(?!(?:AlgorithmError|ClientError|ExecuteUserScriptError)\b)"
    r"(?:[\w.]+\.)?(?P<type>\w*(?:Error|Exception|Exit|Interrupt|Warning|Failure))\b:?\s*(?P<text>.*)"
)
"""A line with which Python ends a traceback. The service's own wrappers look the same, and tell nothing."""
TABLE = (
    _entry(
        "gpu-memory",
        "out of GPU memory",
        r"""CUDA\ out\ of\ memory | CUDA\ error:\ out\ of\ memory | cuda\.OutOfMemoryError | cudaErrorMemoryAllocation
        | CUDA_ERROR_OUT_OF_MEMORY | OOM\ when\ allocating\ tensor | out_of_memory:\ CUDA | CUDNN_STATUS_ALLOC_FAILED
        | NEURON.*out\ of\ (device\ )?memory""",
        "The GPU's memory was full. The larger model or batch is what does it, not the size of the data.",
        "Lower the batch size or the model's size, or take an instance whose GPU has more memory.",
    ),
    _entry(
        "memory",
        "out of memory",
        r"""OutOfMemory | exit\ ?code:?\ (137|-9)\b | ExitCode\ (137|-9)\b | \bMemoryError\b | Cannot\ allocate\ memory
        | Unable\ to\ allocate\ .*\ for\ an\ array | std::bad_alloc | bad\ allocation | with\ more\ memory
        | SIGKILL | \(signal\ 9\) | died\ with\ <Signals\.SIGKILL | oom-kill | Killed\ process""",
        "The instance's memory was full, and the system killed the program.",
        "Take an instance with more memory, or narrow what makes the program large (batch size, depth, data held).",
    ),
    _entry(
        "disk",
        "disk full",
        r"No\ space\ left\ on\ device | Insufficient\ disk\ space | \[Errno\ 28\] | StorageFull",
        "The volume of the instance was full: of data, checkpoints or the model.",
        "Give each instance more storage, or keep fewer checkpoints.",
    ),
    _entry(
        "image-architecture",
        "image for another processor",
        r"exec\ format\ error",
        "The image was built for another kind of processor than the instance has, or its script has no #! line.",
        "Build it for the instance: docker build --platform linux/amd64 (linux/arm64 on Graviton).",
    ),
    _entry(
        "image-program",
        "no program in the image",
        r"""executable\ file\ not\ found\ in\ \$PATH | exec\ train\ failed | OCI\ runtime\ create\ failed
        | starting\ container\ process\ caused | FATAL\ tini""",
        "The container started, but not the program: SageMaker runs `train`, or the entry point that is set.",
        "Put an executable `train` into the image's PATH (chmod +x), or set the container's entry point.",
    ),
    _entry(
        "image",
        "image not found or not readable",
        r"""Cannot\ pull\ algorithm\ container | Cannot\ find\ the\ requested\ image | CannotPullContainer
        | manifest\ (for\ .*\ not\ found|unknown) | ecr:(BatchGetImage|GetDownloadUrlForLayer)
        | Requested\ image\ not\ found | ImagePullBackOff""",
        "The image does not exist in this region, or the role may not read it, or it is larger than the volume.",
        "Check the URI (account, region, tag), that the repository lets this account in, and compute.volume_gb.",
    ),
    _entry(
        "kms",
        "no access to a KMS key",
        r"\bkms:\w+ | KMS\.\w*Exception | KMSAccessDenied | KMS\ key\ .*(denied|disabled|not\ exist|access)",
        "A KMS key that encrypts the data, the volume or the output may not be used by the role.",
        "Let the role use the key in its policy and in the key's: kms:Decrypt, kms:GenerateDataKey, kms:CreateGrant.",
    ),
    _entry(
        "role",
        "role cannot be assumed",
        r"unable\ to\ assume\ the\ role | Could\ not\ assume\ role | sts:AssumeRole",
        "SageMaker may not act as the job's role, or the role does not exist (a new one takes some seconds).",
        "Let sagemaker.amazonaws.com assume it, in the role's trust policy.",
    ),
    _entry(
        "s3-empty",
        "no data at the S3 prefix",
        r"""No\ S3\ objects\ found\ under | no\ file\ found\ in\ path\ /opt/ml/input | \bNoSuch(Key|Bucket)\b
        | \(404\)\ when\ calling\ the\ (HeadObject|GetObject) | S3\ key:.*illegal\ char
        | specified\ (key|bucket)\ does\ not\ exist""",
        "A channel's prefix, or the source archive, is not there: a wrong path, another region, or it was deleted.",
        "List it: aws s3 ls URI. Upload what is missing, or correct the URI.",
    ),
    _entry(
        "s3-forbidden",
        "no access to S3",
        r"""\(403\)\ when\ calling | \bAccessDenied\b | Access\ Denied | s3:(Get|List|Put)\w*
        | Data\ download\ failed:.*(Forbidden|denied) | Artifact\ upload\ failed:.*(Forbidden|denied)
        | HeadObject\ operation:\ Forbidden""",
        "The job's role may not read the input or write the output.",
        "Allow the role s3:GetObject and s3:ListBucket on the input, s3:PutObject on the output; see bucket policies.",
    ),
    _entry(
        "quota",
        "account limit reached",
        r"ResourceLimitExceeded | account-level\ service\ limit",
        "The account may not have so many of these instances at a time; stopped jobs hold theirs for some minutes.",
        "Run fewer at a time, take another instance type, or ask for more under Service Quotas.",
    ),
    _entry(
        "capacity",
        "no instances to be had",
        r"""CapacityError | Insufficient(Instance)?Capacity | Unable\ to\ provision\ requested\ ML\ compute\ capacity
        | EC2InsufficientCapacity""",
        "AWS had no free instances of this type in the region or in the subnets' zones at that time.",
        "Try again later, take another instance type or let the service choose (compute.flexible), or add subnets.",
    ),
    _entry(
        "spot-wait",
        "waited too long for spot instances",
        r"MaxWaitTimeExceeded | exceeded\ MaxWaitTimeInSeconds",
        "No spot instances were to be had within compute.wait_seconds, or they were taken away too often.",
        "Wait longer, or do without spot; save checkpoints so that an interruption costs little.",
    ),
    _entry(
        "spot",
        "spot instance taken away",
        r"spot\ (instance\ )?(interrupt|reclaim|terminat) | \bSecondaryStatus\ Interrupted | SpotInterruption",
        "AWS took the spot instance back while the training job ran.",
        "Save checkpoints (checkpoints.uri), so that it goes on where it was; or do without spot.",
    ),
    _entry(
        "time-limit",
        "time limit reached",
        r"MaxRuntimeExceeded | exceeded\ MaxRuntimeInSeconds",
        "The training job was stopped at compute.runtime_seconds, before its end.",
        "Allow more time, or narrow what makes it slow.",
    ),
    _entry(
        "service",
        "fault of the service",
        r"InternalServerError:\ We\ encountered | Platform\ Error | Internal\ service\ error",
        "SageMaker itself had a fault. If the same configuration fails each time, it is often memory or disk.",
        "Let the service try again (retries), or start the tuning job again.",
    ),
    _entry(
        "objective-not-finite",
        "objective is not a number",
        r"objective\ metric\ .*\ (printed\ as|is)\ (nan|-?inf) | objective.*\b(nan|NaN)\b",
        "The objective metric was printed, but as nan or infinity: the training diverged.",
        "Narrow what makes it diverge (mostly the learning rate), clip gradients, or print a large finite value.",
    ),
    _entry(
        "no-metric",
        "objective metric never printed",
        r"""objective\ metric\ .*(never\ printed|no\ metric\ definition) | no\ objective\ metric
        | does\ not\ have\ a\ final\ metric""",
        "The training job ended well, but no line of its log matched the objective metric's regex.",
        "Print it once at least, and test the regex: smtune metrics test SPEC --log FILE.",
    ),
    _entry(
        "module",
        "Python package missing",
        r"ModuleNotFoundError | No\ module\ named | \bImportError\b | InstallModuleError | InstallRequirementsError",
        "The script imports what the image does not have.",
        "Add it to requirements.txt beside the script, or to the image.",
        has_detail=True,
    ),
    _entry(
        "channel",
        "channel missing",
        r"KeyError:\ '?SM_CHANNEL_\w+",
        "The script asks for a channel that the job does not have; names are upper-cased, as in SM_CHANNEL_TRAIN.",
        "Add the channel to the spec's data, or ask for one that is there.",
        has_detail=True,
    ),
    _entry(
        "hyperparameter",
        "hyperparameter refused",
        r"""Hyperparameter\ \S+:\ | hyperparameter_validation | required\ hyperparameter | UserError:.*hyperparameter
        | Extraneous\ hyperparameter | error:\ (unrecognized\ arguments|argument\ -|the\ following\ arguments\ are)
        | hyperparameters?\ .*\b(invalid|not\ valid|out\ of\ range|not\ allowed)
        | for\ Parameter\ \w+\ (should\ be|exceed)""",
        "The algorithm or the script does not take a hyperparameter, or not this value.",
        "Correct its name, its type or its range in the spec; smtune validate knows those of the built-in algorithms.",
        has_detail=True,
    ),
    _entry(
        "data-format",
        "data in another format",
        r"""Blankspace\ and\ colon\ not\ found | Failed\ to\ load\ (libsvm|csv|parquet) | Unable\ to\ parse\ csv
        | ParserError | Alphabet\ found\ in\ the\ header | does\ not\ follow\ LIBSVM | could\ not\ convert\ string\ to
        | Input\ (contains|X\ contains)\ (NaN|infinity) | delimiter.*not\ (found|supported)
        | UnicodeDecodeError | content\ ?type.*not\ (supported|valid)""",
        "The data is not in the format that the algorithm or the script reads.",
        "Check it before it is sent: smtune data check; say the channel's content type (text/csv, text/libsvm).",
        has_detail=True,
    ),
    _entry(
        "crash",
        "program crashed",
        r"exit\ ?code:?\ (139|134|132|-11|-6|-4)\b | SIGSEGV | SIGABRT | SIGILL | Segmentation\ fault | core\ dumped",
        "The program ended by a fault of its own or of a library: memory it may not touch, or an unknown instruction.",
        "Try it here (smtune run SPEC --local) or on another instance type; update the library that crashes.",
    ),
)
TRACEBACK = Entry(
    Cause(
        "error",
        "error in the script",
        "The training script ended with an error of its own.",
        "Correct the script where the last line points; with the values of such a training job it fails again.",
    ),
    re.compile(ERROR, re.MULTILINE),
    has_detail=True,
)
UNKNOWN = Entry(
    Cause(
        "unknown",
        "failed, and does not say why",
        "Neither the service's reason nor the end of the log has a cause in it that smtune knows.",
        "Read its log: smtune logs TRAINING_JOB.",
    ),
    re.compile(""),
    has_detail=True,
)


def find_entry(text: str) -> Entry | None:
    """The first row whose pattern is in `text`; a plain error last; None where nothing is known."""
    for entry in TABLE:
        if entry.pattern.search(text):
            return entry
    return TRACEBACK if TRACEBACK.pattern.search(text) else None


def cause(identity: str) -> Cause:
    """The cause of this id."""
    return next(entry.cause for entry in (*TABLE, TRACEBACK, UNKNOWN) if entry.cause.id == identity)
