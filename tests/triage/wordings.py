"""Reasons and log lines as SageMaker, its containers and the frameworks in them word them, and where each was seen.

S: aws/sagemaker-python-sdk, X: aws/amazon-sagemaker-examples, T: aws/sagemaker-training-toolkit.
"""

# ruff: noqa: E501
from __future__ import annotations

WORDINGS = (
    (
        "gpu-memory",
        "RuntimeError: CUDA out of memory. Tried to allocate 2.87 GiB (GPU 0; 14.76 GiB total capacity; 8.77 GiB already allocated)",
        "rshaojimmy/MADDoG#11",
    ),
    (
        "gpu-memory",
        "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 3.91 GiB. GPU 2 has a total capacty of 39.39 GiB",
        "philschmid/llm-sagemaker-sample#25",
    ),
    (
        "gpu-memory",
        "(0) Resource exhausted:  OOM when allocating tensor with shape[16,112,40,40] and type float on /job:localhost",
        "aws-samples/amazon-sagemaker-tensorflow-object-detection-api#12",
    ),
    (
        "gpu-memory",
        "xgboost.core.XGBoostError: [02:14:02] device_helpers.cuh:393: Memory allocation error on worker 0: std::bad_alloc: out_of_memory: CUDA error at: cuda_memory_resource.hpp",
        "rapidsai/deployment#523",
    ),
    ("memory", "AlgorithmError: , exit code: 137", "X#842, for 132"),
    (
        "memory",
        '"OutOfMemory" issue, resulting in the process being killed by SIGKILL (signal 9)',
        "IntuitionEngineeringTeam/chars2vec#15",
    ),
    ("memory", "MemoryError: Unable to allocate 3.81 GiB for an array with shape (512, 1000000)", "NumPy's own words"),
    (
        "memory",
        'AlgorithmError: ExecuteUserScriptError: ErrorMessage "epoch 3" in train.py, killed by SIGKILL (the machine may have run out of memory)',
        "the local engine",
    ),
    ("disk", "ClientError: Data download failed:Insufficient disk space", "S#128"),
    ("disk", "ClientError: Artifact upload failed:Insufficient disk space", "huggingface/blog#114"),
    (
        "disk",
        "OSError: [Errno 28] No space left on device: '/opt/ml/model/pytorch_model-00001-of-00005.bin'",
        "aws/sagemaker-huggingface-inference-toolkit#80",
    ),
    (
        "image-architecture",
        "standard_init_linux.go:219: exec user process caused: exec format error",
        "aws/deep-learning-containers#1157",
    ),
    (
        "image-program",
        'ClientError: Artifact upload failed:API error (400): OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "train": executable file not found in $PATH: unknown',
        "X#3650",
    ),
    ("image-program", "[FATAL tini (7)] exec train failed: No such file or directory", "S#4113"),
    ("image-program", "[FATAL tini (7)] exec train failed: Permission denied", "S#4678"),
    (
        "image",
        "ClientError: Cannot pull algorithm container. Either the image does not exist or its permissions are incorrect.",
        "S#57, S#1968, aws-samples/aws-sagemaker-build#28",
    ),
    ("image", "Cannot find the requested image:", "X#1476"),
    (
        "image",
        "ClientError: API error (404): manifest for 757901089955.dkr.ecr.us-west-2.amazonaws.com/x:1 not found: manifest unknown: Requested image not found",
        "aws-samples/amazon-sagemaker-tensorflow-object-detection-api#14",
    ),
    (
        "image",
        "The repository of your image 007439368137.dkr.ecr.eu-west-2.amazonaws.com/x:1 does not grant ecr:GetDownloadUrlForLayer, ecr:BatchGetImage, ecr:BatchCheckLayerAvailability permission",
        "aws/deep-learning-containers#5657",
    ),
    (
        "kms",
        "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:r:1:key/k because no resource-based policy allows the kms:Decrypt action",
        "4dn-dcic/tibanna#402",
    ),
    (
        "role",
        "ClientError: SageMaker was unable to assume the role 'arn:aws:iam::379899735384:role/SageMakerRole'",
        "S#35",
    ),
    (
        "s3-empty",
        'No S3 objects found under S3 URL "s3://bucket/output/train" given in input data source. Please ensure that the bucket exists in the selected region (us-west-2), that objects exist under that S3 prefix, and that the role "r" has "s3:ListBucket" permissions',
        "X#2489",
    ),
    ("s3-empty", "no file found in path /opt/ml/input/data/train", "boto/boto3#1397"),
    (
        "s3-empty",
        "botocore.exceptions.ClientError: An error occurred (404) when calling the HeadObject operation: Not Found",
        "S#835",
    ),
    (
        "s3-forbidden",
        "ClientError: Data download failed:Unable to download object s3://sagemaker-repository-dub/model-data (AccessDenied: Access Denied)",
        "X#4384",
    ),
    (
        "s3-forbidden",
        "botocore.exceptions.ClientError: An error occurred (403) when calling the HeadObject operation: Forbidden",
        "S#442, X#1931",
    ),
    (
        "quota",
        "ResourceLimitExceeded: An error occurred (ResourceLimitExceeded) when calling the CreateTrainingJob operation: The account-level service limit 'ml.p3.8xlarge for training job usage' is 2 Instances, with current utilization of 3 Instances",
        "X#1543",
    ),
    (
        "capacity",
        "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.",
        "DIAGNijmegen/rse-grand-challenge#2631",
    ),
    (
        "spot-wait",
        "MaxWaitTimeExceeded: it took 7201 s with the wait for spot instances, 7200 are allowed",
        "ours, for the secondary status",
    ),
    (
        "spot",
        "Training job interrupted: the spot instance was reclaimed, SpotInterruption",
        "the local engine's fault injection",
    ),
    ("time-limit", "Training job runtime exceeded MaxRuntimeInSeconds", "the local engine"),
    ("service", "InternalServerError: We encountered an internal error. Please try again.", "S#70, S#2496"),
    (
        "objective-not-finite",
        "The objective metric 'score' was last printed as nan: no tuning is possible with it",
        "the local engine",
    ),
    (
        "no-metric",
        "The objective metric 'score' was never printed: none of the 3 log lines matched its regex 'x'",
        "the local engine",
    ),
    ("module", "ModuleNotFoundError: No module named 'lightgbm'", "Python"),
    (
        "channel",
        "AlgorithmError: ExecuteUserScriptError:\nCommand \"/opt/conda/bin/python3.6 cifar10.py\"\nTraceback (most recent call last):\n  File \"cifar10.py\", line 158, in <module>\n    parser.add_argument('--data-dir', default=os.environ['SM_CHANNEL_TRAINING'])\n  File \"/opt/conda/lib/python3.6/os.py\", line 669, in __getitem__\n    raise KeyError(key) from None\nKeyError: 'SM_CHANNEL_TRAINING', exit code: 1",
        "awsdocs/amazon-sagemaker-developer-guide#251",
    ),
    (
        "hyperparameter",
        "sagemaker_algorithm_toolkit.exceptions.UserError: Hyperparameter objective: \"reg:squarederror\" is not in ['binary:logistic']",
        "S#5317",
    ),
    (
        "hyperparameter",
        "ClientError: No value(s) were specified for 'mini_batch_size' which are required hyperparameter(s)",
        "S#132",
    ),
    (
        "hyperparameter",
        "xgboost.core.XGBoostError: value -1 for Parameter num_parallel_tree should be greater equal to 1",
        "aws/sagemaker-xgboost-container#118",
    ),
    (
        "data-format",
        "ClientError: Blankspace and colon not found in firstline '1 4a4fc7 ...' of file 'x.tmp'. ContentType by defaullt is in libsvm.",
        "X#668",
    ),
    (
        "data-format",
        "ClientError: Failed to load libsvm data with exception:\n[15:05:07] src/data/././strtonum.h:141: Check failed",
        "X#576",
    ),
    (
        "data-format",
        "ClientError: Unable to parse csv: rows 1-1000, file /opt/ml/input/data/train/part-00000",
        "X#1017",
    ),
    ("crash", "AlgorithmError: Exit Code: 139", "S#134"),
    ("crash", "Training failed error, exit code '132', exit code: 132", "X#842"),
    (
        "error",
        'AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "raise EnvironmentError(msg)\n OSError: model is not there"\nCommand "/opt/conda/bin/python3.8 train.py"',
        "huggingface/notebooks#136",
    ),
    (
        "unknown",
        'AlgorithmError: ExecuteUserScriptError:\nCommand "/usr/bin/python -m rnn --batch-size 256 --dropout 0"',
        "S#658",
    ),
)
